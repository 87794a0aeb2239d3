package ondol.linux.seccomp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import ondol.linux.seccomp.SeccompProfile.Argument;
import ondol.linux.seccomp.SeccompProfile.Operator;

/** What a program answers to the calls of one number. */
sealed interface Answer {
    /** Later arguments; single values, upper bounds, lower bounds; and of bounds the narrower. */
    Comparator<Condition> PARTICULAR_FIRST = Comparator.comparing(Condition::index, Comparator.reverseOrder())
            .thenComparing(Answer::kind)
            .thenComparing(Answer::compareValues);

    /**
     * Whatever the arguments are.
     *
     * @param code {@code SECCOMP_RET_…} with its data
     */
    record Always(int code) implements Answer {}

    /**
     * By the arguments.
     *
     * @param tests in order: the first that holds answers
     * @param otherwise the code where none holds
     */
    record ByArguments(List<Test> tests, int otherwise) implements Answer {}

    /**
     * A code, and what must hold for it.
     *
     * @param conditions all of them, by the argument's index; none means always
     */
    record Test(List<Condition> conditions, int code) {}

    /**
     * A comparison of one argument, which is masked before.
     *
     * @param wide whether the argument has 64 bits; else the mask and the value have 32
     * @param mask all bits but for {@code MASKED_EQ}
     */
    record Condition(int index, Operator op, boolean wide, long mask, long value) {
        static Condition of(Argument argument, boolean wide) {
            boolean masked = argument.op() == Operator.MASKED_EQ;
            long mask = (masked ? argument.value() : -1) & (wide ? -1 : 0xffffffffL);
            long value = masked ? argument.valueTwo() : argument.value();
            return new Condition(argument.index(), argument.op(), wide, mask, value & mask);
        }

        /** A mask without bits leaves nothing to compare. */
        boolean alwaysHolds() {
            return mask == 0;
        }
    }

    /**
     * The answer to a call that several rules name. One without conditions beats all others, and the first of those
     * counts. Of the others the more particular is asked before the more general, as libseccomp does it.
     */
    static Answer of(List<Test> tests, int otherwise) {
        for (Test test : tests) {
            if (test.conditions.isEmpty()) {
                return new Always(test.code);
            }
        }
        List<Test> sorted = new ArrayList<>(tests);
        sorted.sort(Answer::compare);
        return new ByArguments(List.copyOf(sorted), otherwise);
    }

    private static int compare(Test one, Test other) {
        int shared = Math.min(one.conditions.size(), other.conditions.size());
        for (int i = 0; i < shared; i++) {
            int order = PARTICULAR_FIRST.compare(one.conditions.get(i), other.conditions.get(i));
            if (order != 0) {
                return order;
            }
        }
        return one.conditions.size() - other.conditions.size();
    }

    private static int kind(Condition condition) {
        return switch (condition.op) {
            case EQ, NE, MASKED_EQ -> 0;
            case LT, LE -> 1;
            case GE, GT -> 2;
        };
    }

    private static int compareValues(Condition one, Condition other) {
        int order = Long.compareUnsigned(one.value, other.value);
        return kind(one) == 1 ? order : -order;
    }
}
