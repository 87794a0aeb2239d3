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

    /** The longest frame that lines are put together to: a client takes one frame as fast as one line. */
    private static final int TOGETHER = 16 << 10;

    private static final int HEADER = 8;

    private static final int STDOUT = 1;
    private static final int STDERR = 2;

    private final boolean raw;
    private final boolean timestamps;
    private final boolean[] inLine = new boolean[2];
    private byte[] bytes = new byte[4 << 10];
    private int length;
    /** Where the header of the last frame is, and its stream; -1 where there is none to add to. */
    private int last = -1;

    private int lastStream;

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

    private void frame(int stream, byte[] before, byte[] content) {
        int size = before.length + content.length;
        if (!raw && !added(stream, size)) {
            byte[] header = new byte[HEADER];
            header[0] = (byte) stream;
            ByteBuffer.wrap(header).putInt(HEADER / 2, size);
            last = length;
            lastStream = stream;
            put(header);
        }
        put(before);
        put(content);
    }

    /** Whether the last frame is longer now, by so much that belongs to the same stream. */
    private boolean added(int stream, int size) {
        if (last < 0 || stream != lastStream || length - last + size > TOGETHER) {
            return false;
        }
        ByteBuffer.wrap(bytes).putInt(last + HEADER / 2, length - last - HEADER + size);
        return true;
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
        last = -1;
        return taken;
    }
}
