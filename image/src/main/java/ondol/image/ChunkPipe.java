package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import ondol.oci.image.Digest;
import org.jspecify.annotations.Nullable;

/**
 * Hands bytes from one thread to two others, of which one reads them and one sums them up, a few MiB ahead at most: SHA-256
 * takes as long as writing a file does. Blocks go round, as garbage they would outlive the young generation. (The JDK's pipe
 * goes byte by byte.)
 */
final class ChunkPipe {
    private static final int BLOCKS = 12;
    private static final int BLOCK = 256 << 10;

    private static final class Block {
        final byte[] bytes;
        final AtomicInteger users = new AtomicInteger();
        int length;

        Block(int size) {
            bytes = new byte[size];
        }
    }

    private final Block end = new Block(0);
    private final BlockingQueue<Block> free = new ArrayBlockingQueue<>(BLOCKS);
    // room for two ends: those always fit
    private final BlockingQueue<Block> toRead = new ArrayBlockingQueue<>(BLOCKS + 2);
    private final BlockingQueue<Block> toSum = new ArrayBlockingQueue<>(BLOCKS + 2);
    private volatile @Nullable Throwable broken;
    private volatile boolean ignored;

    /** Bytes go in here; to be used by one thread. Closing says that no more come. */
    final OutputStream in = new OutputStream() {
        private int made;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int at = 0; at < length; ) {
                Block block = block();
                block.length = Math.min(BLOCK, length - at);
                System.arraycopy(bytes, offset + at, block.bytes, 0, block.length);
                at += block.length;
                give(block);
            }
        }

        private Block block() throws IOException {
            Block block = free.poll();
            if (block == null && made < BLOCKS) {
                made++;
                return new Block(BLOCK);
            }
            return block == null ? take(free) : block;
        }

        private void give(Block block) {
            boolean read = !ignored;
            block.users.set(read ? 2 : 1);
            toSum.add(block);
            if (read) {
                toRead.add(block);
                dropIgnored();
            }
        }

        @Override
        public void close() {
            toSum.add(end);
            toRead.add(end);
        }
    };

    /** And come out here, at another thread. Closing makes this side's bytes go nowhere. */
    final InputStream out = new InputStream() {
        private Block block = end;
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
            if (at == block.length && !next()) {
                return -1;
            }
            int part = Math.min(length, block.length - at);
            System.arraycopy(block.bytes, at, bytes, offset, part);
            at += part;
            return part;
        }

        private boolean next() throws IOException {
            if (!ended) {
                Block done = block;
                block = end;
                at = 0;
                release(done);
                block = take(toRead);
                ended = block == end;
            }
            Throwable cause = broken;
            if (cause != null) {
                throw new IOException("the tar broke off", cause);
            }
            return !ended;
        }

        @Override
        public int available() {
            return block.length - at;
        }

        @Override
        public void close() {
            release(block);
            block = end;
            at = 0;
            ended = true;
            ignored = true;
            dropIgnored();
        }
    };

    /** The SHA-256 of all bytes, summed up on the calling thread as they come; of those until then where they break off. */
    Digest sum() throws IOException {
        MessageDigest sum = Digest.sha256();
        for (Block block = take(toSum); block != end; block = take(toSum)) {
            sum.update(block.bytes, 0, block.length);
            release(block);
        }
        return Digest.of(sum);
    }

    /** Whether nobody reads any more. */
    boolean ignored() {
        return ignored;
    }

    /** The writing side cannot go on: the reader gets an error instead of an end. */
    void fail(Throwable cause) {
        broken = cause;
        toSum.add(end);
        toRead.add(end);
    }

    private void release(Block block) {
        if (block != end && block.users.decrementAndGet() == 0) {
            free.add(block);
        }
    }

    /** What nobody will read: whichever side comes second sees it. */
    private void dropIgnored() {
        if (ignored) {
            for (Block block = toRead.poll(); block != null; block = toRead.poll()) {
                release(block);
            }
        }
    }

    private static Block take(BlockingQueue<Block> blocks) throws IOException {
        try {
            return blocks.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
