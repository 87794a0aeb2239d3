package ondol.linux.seccomp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The kernel's classic BPF, as much of it as seccomp programs use: what does a program answer to a call? */
final class Bpf {
    private final ByteBuffer code;

    Bpf(byte[] program) {
        this.code = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
    }

    int run(int architecture, int number, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
        data.putInt(number).putInt(architecture).putLong(0);
        for (long argument : arguments) {
            data.putLong(argument);
        }
        int accumulator = 0;
        int at = 0;
        while (true) {
            int value = code.getInt(at * 8 + 4);
            int taken = code.get(at * 8 + 2) & 0xff;
            int otherwise = code.get(at * 8 + 3) & 0xff;
            int instruction = code.getShort(at * 8);
            at++;
            switch (instruction) {
                case 0x20 -> accumulator = data.getInt(value);
                case 0x54 -> accumulator &= value;
                case 0x05 -> at += value;
                case 0x15 -> at += accumulator == value ? taken : otherwise;
                case 0x25 -> at += Integer.compareUnsigned(accumulator, value) > 0 ? taken : otherwise;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, value) >= 0 ? taken : otherwise;
                case 0x45 -> at += (accumulator & value) != 0 ? taken : otherwise;
                case 0x06 -> {
                    return value;
                }
                default -> throw new AssertionError("instruction " + Integer.toHexString(instruction));
            }
        }
    }
}
