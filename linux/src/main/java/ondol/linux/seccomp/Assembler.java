package ondol.linux.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a classic BPF program ({@code linux/filter.h}) from its end to its beginning: jumps lead forward only, so
 * whatever is jumped to is there before the jump. A place is where an instruction is, counted from the end.
 */
final class Assembler {
    /** {@code BPF_MAXINSNS}. */
    private static final int MOST = 4096;

    private static final int INSTRUCTION = 8;
    private static final int FARTHEST = 255;

    // linux/bpf_common.h
    private static final int LOAD = 0x20;
    private static final int AND = 0x54;
    private static final int JUMP = 0x05;
    private static final int RETURN = 0x06;

    /** Jumps that look at the accumulator, unsigned. */
    enum Comparison {
        EQUAL(0x15),
        GREATER(0x25),
        GREATER_OR_EQUAL(0x35),
        /** Any of these bits. */
        HAS(0x45);

        private final int code;

        Comparison(int code) {
            this.code = code;
        }
    }

    private record Instruction(int code, int ifTrue, int ifFalse, int value) {}

    private final List<Instruction> code = new ArrayList<>();

    /** Loads the word at an offset of {@code struct seccomp_data}, and goes on at a place. */
    int load(int offset, int next) {
        if (distance(next) > 0) {
            write(new Instruction(JUMP, 0, 0, distance(next)));
        }
        return write(new Instruction(LOAD, 0, 0, offset));
    }

    /** Leaves some bits of what was loaded, and goes on with what was written last. */
    int and(int mask) {
        return write(new Instruction(AND, 0, 0, mask));
    }

    /** Ends with {@code SECCOMP_RET_…} and its data. */
    int answer(int value) {
        return write(new Instruction(RETURN, 0, 0, value));
    }

    /** Compares, and goes on at one place or the other. */
    int branch(Comparison comparison, int value, int ifTrue, int ifFalse) {
        int yes = reachable(ifTrue);
        int no = reachable(ifFalse);
        return write(new Instruction(comparison.code, distance(yes), distance(no), value));
    }

    /** Whether the next instructions can jump to a place without help. */
    boolean isNear(int place) {
        // two jumps on the way may come between
        return distance(place) + 2 <= FARTHEST;
    }

    private int reachable(int place) {
        return isNear(place) ? place : write(new Instruction(JUMP, 0, 0, distance(place)));
    }

    private int distance(int place) {
        return code.size() - place - 1;
    }

    private int write(Instruction instruction) {
        code.add(instruction);
        return code.size() - 1;
    }

    /**
     * The program as {@code struct sock_filter}s, in this machine's byte order.
     *
     * @throws IllegalArgumentException where it is longer than the kernel takes
     */
    byte[] program() {
        if (code.size() > MOST) {
            throw new IllegalArgumentException(
                    "seccomp profile: makes a program of %d instructions, and the kernel takes %d: use fewer rules on arguments"
                            .formatted(code.size(), MOST));
        }
        ByteBuffer bytes = ByteBuffer.allocate(code.size() * INSTRUCTION).order(ByteOrder.nativeOrder());
        for (Instruction one : code.reversed()) {
            bytes.putShort((short) one.code)
                    .put((byte) one.ifTrue)
                    .put((byte) one.ifFalse)
                    .putInt(one.value);
        }
        return bytes.array();
    }
}
