package ondol.linux.seccomp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import ondol.linux.seccomp.Answer.Condition;
import ondol.linux.seccomp.Answer.Test;
import ondol.linux.seccomp.Assembler.Comparison;
import ondol.linux.seccomp.Ranges.Range;

/**
 * The program of a profile's answers: for each architecture a balanced search among the ranges of call numbers that have
 * the same answer.
 *
 * <p>libseccomp writes programs too, with at least one comparison for each call of each architecture. The kernel checks and
 * translates all of a program for each container, and runs it once for every call number there is. With the default policy
 * on x86-64 that took 217 microseconds for libseccomp's 1259 instructions and takes 60 for the 257 here, of some 4000 for
 * a whole container; a program of 3 instructions takes 13.
 */
final class RangeProgram {
    private static final int OFFSET_NUMBER = 0;
    private static final int OFFSET_ARCHITECTURE = 4;

    /** They are asked for one after the other; with more of them, programs hardly get shorter. */
    private static final int MOST_EXCEPTIONS = 3;

    private final Assembler assembler = new Assembler();
    private final Map<Answer, Integer> places = new HashMap<>();

    private RangeProgram() {}

    /**
     * The program, as the kernel takes it.
     *
     * @param answers by {@code AUDIT_ARCH_…}, those first that are asked for first
     * @param otherwise the code for calls of other architectures
     */
    static byte[] of(SequencedMap<Integer, Ranges> answers, int otherwise) {
        RangeProgram program = new RangeProgram();
        int next = program.place(new Answer.Always(otherwise));
        for (Map.Entry<Integer, Ranges> entry : answers.sequencedEntrySet().reversed()) {
            int search = program.search(leaves(entry.getValue().list()));
            int section = program.assembler.load(OFFSET_NUMBER, search);
            next = program.assembler.branch(Comparison.EQUAL, entry.getKey(), section, next);
        }
        program.assembler.load(OFFSET_ARCHITECTURE, next);
        return program.assembler.program();
    }

    /** Numbers with one answer but for single ones among them. */
    private record Leaf(long first, Answer answer, List<Range> exceptions) {}

    /** Two ranges of one answer with a single number between them need one comparison when they are one leaf. */
    private static List<Leaf> leaves(List<Range> ranges) {
        List<Leaf> leaves = new ArrayList<>();
        for (int i = 0; i < ranges.size(); i++) {
            Range range = ranges.get(i);
            List<Range> exceptions = new ArrayList<>();
            while (exceptions.size() < MOST_EXCEPTIONS && isException(ranges, i + 1)) {
                exceptions.add(ranges.get(i + 1));
                i += 2;
            }
            leaves.add(new Leaf(range.first(), range.answer(), exceptions));
        }
        return leaves;
    }

    private static boolean isException(List<Range> ranges, int index) {
        return index + 1 < ranges.size()
                && ranges.get(index).first() == ranges.get(index).last()
                && ranges.get(index - 1).answer().equals(ranges.get(index + 1).answer());
    }

    private int search(List<Leaf> leaves) {
        if (leaves.size() == 1) {
            return leaf(leaves.getFirst());
        }
        int middle = leaves.size() / 2;
        int above = search(leaves.subList(middle, leaves.size()));
        int below = search(leaves.subList(0, middle));
        int border = (int) leaves.get(middle).first();
        return assembler.branch(Comparison.GREATER_OR_EQUAL, border, above, below);
    }

    private int leaf(Leaf leaf) {
        int place = place(leaf.answer);
        for (Range exception : leaf.exceptions) {
            place = assembler.branch(Comparison.EQUAL, (int) exception.first(), place(exception.answer()), place);
        }
        return place;
    }

    /** Where an answer is given; answers are written once and shared as far as jumps reach. */
    private int place(Answer answer) {
        Integer known = places.get(answer);
        if (known != null && (assembler.isNear(known) || answer instanceof Answer.ByArguments)) {
            return known;
        }
        int place = switch (answer) {
            case Answer.Always always -> assembler.answer(always.code());
            case Answer.ByArguments tests -> tests(tests);
        };
        places.put(answer, place);
        return place;
    }

    private int tests(Answer.ByArguments answer) {
        int next = place(new Answer.Always(answer.otherwise()));
        for (Test test : answer.tests().reversed()) {
            int holds = place(new Answer.Always(test.code()));
            for (Condition condition : test.conditions().reversed()) {
                holds = ArgumentCode.write(assembler, condition, holds, next);
            }
            next = holds;
        }
        return next;
    }
}
