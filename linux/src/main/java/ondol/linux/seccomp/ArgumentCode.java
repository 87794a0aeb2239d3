package ondol.linux.seccomp;

import java.nio.ByteOrder;
import ondol.linux.seccomp.Answer.Condition;
import ondol.linux.seccomp.Assembler.Comparison;

/** Conditions on arguments as instructions: 64 bits are compared by their two words, the higher one first. */
final class ArgumentCode {
    /** In {@code struct seccomp_data}. */
    private static final int OFFSET_ARGUMENTS = 16;

    private final Assembler assembler;
    private final Condition condition;

    private ArgumentCode(Assembler assembler, Condition condition) {
        this.assembler = assembler;
        this.condition = condition;
    }

    /**
     * Writes a condition.
     *
     * @param yes where it goes on when the condition holds
     * @param no where it goes on when not
     * @return where the condition begins
     */
    static int write(Assembler assembler, Condition condition, int yes, int no) {
        ArgumentCode code = new ArgumentCode(assembler, condition);
        return switch (condition.op()) {
            case EQ, MASKED_EQ -> code.equal(yes, no);
            case NE -> code.equal(no, yes);
            case GE -> code.greater(Comparison.GREATER_OR_EQUAL, yes, no);
            case LT -> code.greater(Comparison.GREATER_OR_EQUAL, no, yes);
            case GT -> code.greater(Comparison.GREATER, yes, no);
            case LE -> code.greater(Comparison.GREATER, no, yes);
        };
    }

    private int equal(int yes, int no) {
        int place = equalWord((int) condition.mask(), (int) condition.value(), lowOffset(), yes, no);
        return condition.wide()
                ? equalWord(high(condition.mask()), high(condition.value()), highOffset(), place, no)
                : place;
    }

    private int equalWord(int mask, int value, int offset, int yes, int no) {
        if (mask == 0) {
            return yes;
        }
        int test;
        if (mask == -1) {
            test = assembler.branch(Comparison.EQUAL, value, yes, no);
        } else if (value == 0) {
            test = assembler.branch(Comparison.HAS, mask, no, yes);
        } else {
            assembler.branch(Comparison.EQUAL, value, yes, no);
            test = assembler.and(mask);
        }
        return assembler.load(offset, test);
    }

    private int greater(Comparison low, int yes, int no) {
        int test = assembler.branch(low, (int) condition.value(), yes, no);
        int place = assembler.load(lowOffset(), test);
        if (condition.wide()) {
            int value = high(condition.value());
            int notGreater = assembler.branch(Comparison.EQUAL, value, place, no);
            test = assembler.branch(Comparison.GREATER, value, yes, notGreater);
            place = assembler.load(highOffset(), test);
        }
        return place;
    }

    private static int high(long value) {
        return (int) (value >>> Integer.SIZE);
    }

    private int lowOffset() {
        return OFFSET_ARGUMENTS + 8 * condition.index() + (isLittle() ? 0 : 4);
    }

    private int highOffset() {
        return OFFSET_ARGUMENTS + 8 * condition.index() + (isLittle() ? 4 : 0);
    }

    private static boolean isLittle() {
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    }
}
