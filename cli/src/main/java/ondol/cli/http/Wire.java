package ondol.cli.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;

/** The bytes that come from the engine, buffered, with the bounded lines of an HTTP head. */
final class Wire extends InputStream {
    private static final int BUFFER = 32 * 1024;

    private final ByteChannel channel;
    private final byte[] bytes = new byte[BUFFER];
    private final ByteBuffer view = ByteBuffer.wrap(bytes);
    private int at;
    private int end;

    Wire(ByteChannel channel) {
        this.channel = channel;
    }

    private boolean fill() throws IOException {
        view.clear();
        int n = channel.read(view);
        at = 0;
        end = Math.max(n, 0);
        return n > 0;
    }

    @Override
    public int read() throws IOException {
        if (at == end && !fill()) return -1;
        return bytes[at++] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) return 0;
        // what is long goes past the buffer
        if (at == end && length >= BUFFER) return Math.max(-1, channel.read(ByteBuffer.wrap(target, offset, length)));
        if (at == end && !fill()) return -1;
        int n = Math.min(length, end - at);
        System.arraycopy(bytes, at, target, offset, n);
        at += n;
        return n;
    }

    @Override
    public int available() {
        return end - at;
    }

    /**
     * One line without its end.
     *
     * @param limit the longest line taken, in bytes
     */
    String line(int limit) throws IOException {
        StringBuilder spilled = null;
        int length = 0;
        while (true) {
            if (at == end && !fill())
                throw new EOFException("the engine closed the connection in the middle of its answer");
            int start = at;
            while (at < end && bytes[at] != '\n') at++;
            length += at - start;
            if (length > limit) throw new IOException("the engine sent a header line of more than " + limit + " bytes");
            String part = new String(bytes, start, at - start, StandardCharsets.ISO_8859_1);
            boolean complete = at < end;
            if (complete) at++;
            if (spilled != null) spilled.append(part);
            else if (!complete) spilled = new StringBuilder(part);
            if (complete) {
                String line = spilled == null ? part : spilled.toString();
                return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            }
        }
    }
}
