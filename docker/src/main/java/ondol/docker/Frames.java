package ondol.docker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import ondol.engine.Output;

/**
 * Gathers output in the form that it has on the wire: as it is for a terminal, else in frames of eight bytes of header
 * (the stream, three zeros, the length with the highest byte first) and the bytes. Used by one thread.
 */
final class Frames {
    /** As many bytes as are worth gathering before they are sent. */
    private static final int ENOUGH = 64 << 10;

    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int SYSTEM_ERROR = 3;

    private final boolean raw;
    private final boolean timestamps;
    private final boolean[] inLine = new boolean[2];
    private byte[] bytes = new byte[4 << 10];
    private int length;

    /**
     * @param raw no frames
     * @param timestamps the time before each line
     */
    Frames(boolean raw, boolean timestamps) {
        this.raw = raw;
        this.timestamps = timestamps;
    }

    void add(Output output) {
        int stream = output.error() ? STDERR : STDOUT;
        byte[] time = {};
        if (timestamps) {
            int which = stream - 1;
            if (!inLine[which]) {
                time = (Times.log(output.time()) + ' ').getBytes(StandardCharsets.US_ASCII);
            }
            inLine[which] = output.partial();
        }
        frame(stream, time, output.bytes());
    }

    /** A failure that is to reach the user although the answer has begun. */
    void addError(String message) {
        frame(SYSTEM_ERROR, new byte[0], message.getBytes(StandardCharsets.UTF_8));
    }

    private void frame(int stream, byte[] before, byte[] content) {
        int size = before.length + content.length;
        if (!raw) {
            byte[] header = new byte[8];
            header[0] = (byte) stream;
            ByteBuffer.wrap(header).putInt(4, size);
            put(header);
        }
        put(before);
        put(content);
    }

    private void put(byte[] more) {
        if (length + more.length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more.length));
        }
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
    }

    boolean enough() {
        return length >= ENOUGH;
    }

    /** What was gathered; gone with the next {@link #add}. */
    ByteBuffer take() {
        ByteBuffer taken = ByteBuffer.wrap(bytes, 0, length);
        length = 0;
        return taken;
    }
}
