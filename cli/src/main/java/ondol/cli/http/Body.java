package ondol.cli.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The body of an answer: as many bytes as were announced, or chunks, or everything until the connection ends. */
final class Body extends InputStream {
    static final long UNTIL_CLOSE = -1;
    static final long CHUNKED = -2;
    private static final int LINE = 4096;
    private static final int TRAILERS = 100;

    private final Wire wire;
    private final boolean chunked;
    private final boolean untilClose;
    private long left;
    private boolean first = true;
    private boolean done;

    Body(Wire wire, long length) {
        this.wire = wire;
        this.chunked = length == CHUNKED;
        this.untilClose = length == UNTIL_CLOSE;
        this.left = Math.max(length, 0);
        this.done = length == 0;
    }

    /** Whether the end was reached, so that the connection can carry another request. */
    boolean done() {
        return done && !untilClose;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) return 0;
        if (done) return -1;
        if (chunked && left == 0 && !nextChunk()) return -1;
        int n = wire.read(target, offset, untilClose ? length : (int) Math.min(length, left));
        if (n < 0) {
            done = true;
            if (untilClose) return -1;
            throw new EOFException("the engine closed the connection in the middle of its answer");
        }
        left -= n;
        if (left == 0 && !chunked && !untilClose) done = true;
        return n;
    }

    private boolean nextChunk() throws IOException {
        if (!first && !wire.line(LINE).isEmpty())
            throw new IOException("the engine sent a chunk longer than it announced");
        first = false;
        left = chunkSize(wire.line(LINE));
        if (left > 0) return true;
        for (int i = 0; !wire.line(LINE).isEmpty(); i++)
            if (i == TRAILERS) throw new IOException("the engine sent more than " + TRAILERS + " trailers");
        done = true;
        return false;
    }

    private static long chunkSize(String line) throws IOException {
        int semicolon = line.indexOf(';');
        String digits = (semicolon < 0 ? line : line.substring(0, semicolon)).strip();
        long size = 0;
        if (digits.isEmpty() || digits.length() > 15) throw new IOException("the engine sent a chunk without a size");
        for (int i = 0; i < digits.length(); i++) {
            int digit = Character.digit(digits.charAt(i), 16);
            if (digit < 0) throw new IOException("the engine sent a chunk whose size is not a number: " + digits);
            size = size * 16 + digit;
        }
        return size;
    }

    @Override
    public int available() {
        return done ? 0 : (int) Math.min(wire.available(), untilClose ? Integer.MAX_VALUE : left);
    }
}
