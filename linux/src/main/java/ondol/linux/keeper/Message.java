package ondol.linux.keeper;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What minder and engine say to each other; the binary form is that of {@code struct message} in {@code keeper/plan.h}.
 *
 * @param pid of the container's first process
 * @param value a status as of wait(2), or the index of a failed step, or whether it runs
 * @param error an error number
 * @param descriptors which descriptors came along, as bits
 * @param file number of the log file that is being written, which is {@code offset} bytes long; of LOST how much was
 * @param time nanoseconds since 1970
 */
record Message(Type type, int pid, int value, int error, int descriptors, int file, long offset, long time) {
    static final int SIZE = 40;
    static final int DESCRIPTOR_STDIN = 1;
    static final int DESCRIPTOR_STDOUT = 2;
    static final int DESCRIPTOR_STDERR = 4;
    static final int DESCRIPTOR_TERMINAL = 8;
    static final int DESCRIPTOR_PROCESS = 16;

    /** The kinds of messages, with their numbers on the wire. */
    enum Type {
        READY(1),
        STARTED(2),
        FAILED(3),
        OUTPUT(4),
        EXITED(5),
        HELLO(6),
        LOST(7),
        OPEN_GATE(16),
        CLOSE_STDIN(17),
        WATCH(18),
        FORGET(19),
        HOLD(20);

        private final int number;

        Type(int number) {
            this.number = number;
        }
    }

    static Message of(Type type) {
        return new Message(type, 0, 0, 0, 0, 0, 0, 0);
    }

    static Message watch(int file, long offset) {
        return new Message(Type.WATCH, 0, 0, 0, 0, file, offset, 0);
    }

    static Message hold(int file) {
        return new Message(Type.HOLD, 0, 0, 0, 0, file, 0, 0);
    }

    byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(type.number).putInt(pid).putInt(value).putInt(error).putInt(descriptors);
        out.putInt(file).putLong(offset).putLong(time);
        return out.array();
    }

    static Message decode(byte[] bytes) {
        if (bytes.length < SIZE) {
            throw new IllegalArgumentException("a minder's message of " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int number = in.getInt();
        for (Type type : Type.values()) {
            if (type.number == number) {
                return new Message(
                        type,
                        in.getInt(),
                        in.getInt(),
                        in.getInt(),
                        in.getInt(),
                        in.getInt(),
                        in.getLong(),
                        in.getLong());
            }
        }
        throw new IllegalArgumentException("a minder's message of the unknown type " + number);
    }
}
