package ondol.linux.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.linux.Errno;

/**
 * The head of a program: calls with a number above all that the profile speaks of fail with ENOSYS before the profile is
 * asked. Their authors could not know them, and C libraries fall back to an older call on ENOSYS but give up on EPERM.
 * runc does the same, so that a container sees the same errors under both.
 */
final class NewerCalls {
    /** {@code AUDIT_ARCH_X86_64}: x32 has the same, and its call numbers have one more bit. */
    private static final int X86_64 = 0xc000003e;

    private static final int X32 = 0x4000003e;
    private static final int X32_BIT = 0x40000000;

    // linux/bpf_common.h, and the offsets of struct seccomp_data
    private static final int LOAD = 0x20;
    private static final int JUMP = 0x05;
    private static final int JUMP_EQUAL = 0x15;
    private static final int JUMP_GREATER = 0x25;
    private static final int JUMP_GREATER_EQUAL = 0x35;
    private static final int RETURN = 0x06;
    private static final int OFFSET_NUMBER = 0;
    private static final int OFFSET_ARCHITECTURE = 4;

    private static final int INSTRUCTION = 8;

    private record Instruction(int code, int ifTrue, int ifFalse, int value) {}

    private NewerCalls() {}

    /**
     * The instructions, to be put before those of a profile; their last jumps lead to what follows.
     *
     * @param last the highest known call number by libseccomp's token of each architecture
     */
    static byte[] head(Map<Integer, Integer> last) {
        Map<Integer, Integer> architectures = new TreeMap<>(last);
        Integer lastOfX32 = architectures.remove(X32);
        List<Instruction> code = new ArrayList<>();
        for (Map.Entry<Integer, Integer> entry : architectures.entrySet()) {
            if (entry.getKey() == X86_64 && lastOfX32 != null) {
                code.addAll(sectionWithX32(entry.getValue(), lastOfX32));
            } else {
                code.addAll(section(entry.getKey(), entry.getValue()));
            }
        }
        code.addFirst(new Instruction(LOAD, 0, 0, OFFSET_ARCHITECTURE));
        return bytes(code, code.size());
    }

    private static List<Instruction> section(int architecture, int last) {
        List<Instruction> code = new ArrayList<>();
        code.add(new Instruction(JUMP_EQUAL, 0, 4, architecture));
        code.add(new Instruction(LOAD, 0, 0, OFFSET_NUMBER));
        if (architecture == X86_64) {
            // numbers of x32, which this profile does not want: what follows refuses them in its own way
            code.set(0, new Instruction(JUMP_EQUAL, 0, 5, architecture));
            code.add(new Instruction(JUMP_GREATER_EQUAL, 2, 0, X32_BIT));
        }
        code.add(new Instruction(JUMP_GREATER, 0, 1, last));
        code.add(refuse());
        code.add(END);
        return code;
    }

    private static List<Instruction> sectionWithX32(int last, int lastOfX32) {
        return List.of(
                new Instruction(JUMP_EQUAL, 0, 6, X86_64),
                new Instruction(LOAD, 0, 0, OFFSET_NUMBER),
                new Instruction(JUMP_GREATER_EQUAL, 0, 1, X32_BIT),
                new Instruction(JUMP_GREATER, 1, 2, lastOfX32),
                new Instruction(JUMP_GREATER, 0, 1, last),
                refuse(),
                END);
    }

    private static final Instruction END = new Instruction(JUMP, 0, 0, -1);

    private static Instruction refuse() {
        return new Instruction(RETURN, 0, 0, SeccompProfile.Action.ERRNO.code(Errno.ENOSYS.number()));
    }

    /** {@code struct sock_filter}: code, two offsets, a value. Jumps to the end get their distance here. */
    private static byte[] bytes(List<Instruction> code, int size) {
        ByteBuffer bytes = ByteBuffer.allocate(size * INSTRUCTION).order(ByteOrder.nativeOrder());
        for (int i = 0; i < size; i++) {
            Instruction one = code.get(i);
            int value = one.equals(END) ? size - i - 1 : one.value;
            bytes.putShort((short) one.code)
                    .put((byte) one.ifTrue)
                    .put((byte) one.ifFalse)
                    .putInt(value);
        }
        return bytes.array();
    }
}
