package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/** Hands bytes from one thread to another, in chunks, a few MiB ahead at most. The JDK's pipe goes byte by byte. */
final class ChunkPipe {
    private static final int CHUNKS = 16;
    private static final int LARGEST = 256 << 10;
    private static final byte[] END = new byte[0];

    private final BlockingQueue<byte[]> chunks = new ArrayBlockingQueue<>(CHUNKS);
    private volatile @Nullable Throwable broken;
    private volatile boolean ignored;

    /** Bytes go in here; to be used by one thread. Closing says that no more come. */
    final OutputStream in = new OutputStream() {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int at = 0; at < length && !ignored; ) {
                int part = Math.min(LARGEST, length - at);
                put(Arrays.copyOfRange(bytes, offset + at, offset + at + part));
                at += part;
            }
        }

        @Override
        public void close() throws IOException {
            if (!ignored) {
                put(END);
            }
        }
    };

    /** And come out here, at another thread. Closing makes the other side's bytes go nowhere. */
    final InputStream out = new InputStream() {
        private byte[] chunk = END;
        private int at;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (at == chunk.length && !next()) {
                return -1;
            }
            int part = Math.min(length, chunk.length - at);
            System.arraycopy(chunk, at, bytes, offset, part);
            at += part;
            return part;
        }

        private boolean next() throws IOException {
            if (!ended) {
                chunk = take();
                at = 0;
                ended = chunk.length == 0;
            }
            Throwable cause = broken;
            if (cause != null) {
                throw new IOException("the tar broke off", cause);
            }
            return !ended;
        }

        @Override
        public int available() {
            return chunk.length - at;
        }

        @Override
        public void close() {
            ignored = true;
            chunks.clear();
        }
    };

    /** Whether nobody reads any more. */
    boolean ignored() {
        return ignored;
    }

    /** The writing side cannot go on: the reader gets an error instead of an end. */
    void fail(Throwable cause) {
        broken = cause;
        // one place is free at the latest when the reader took a chunk, and it looks for the failure then
        if (!chunks.offer(END)) {
            chunks.clear();
            chunks.add(END);
        }
    }

    private void put(byte[] chunk) throws IOException {
        try {
            chunks.put(chunk);
            if (ignored) {
                chunks.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    private byte[] take() throws IOException {
        try {
            return chunks.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
