package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream ahead on a thread of its own and sums its bytes up on another, so that inflating, hashing and laying out
 * take one core each. A fixed number of blocks goes round: memory does not grow with the layer.
 */
final class Inflating extends InputStream {
    private static final int BLOCK = 256 << 10;
    private static final int BLOCKS = 8;

    /** Opens what is read, on the reading thread. */
    interface Source {
        InputStream open() throws IOException;
    }

    private static final class Block {
        final byte[] bytes = new byte[BLOCK];
        final AtomicInteger users = new AtomicInteger();
        int length;
    }

    private final Source source;
    private final InputStream below;
    private final MessageDigest sum;
    private final BlockingQueue<Block> free = new ArrayBlockingQueue<>(BLOCKS);
    // one more than there are blocks: the end always fits
    private final BlockingQueue<Block> toRead = new ArrayBlockingQueue<>(BLOCKS + 1);
    private final BlockingQueue<Block> toSum = new ArrayBlockingQueue<>(BLOCKS + 1);
    private final Block end = new Block();
    private final Thread reader;
    private final Thread summer;
    private volatile @Nullable Throwable failure;
    private @Nullable Block current;
    private int at;

    private Inflating(Source source, InputStream below, MessageDigest sum) {
        this.source = source;
        this.below = below;
        this.sum = sum;
        for (int i = 0; i < BLOCKS; i++) {
            free.add(new Block());
        }
        reader = Thread.ofPlatform().daemon().name("ondol-inflate").unstarted(this::inflate);
        summer = Thread.ofPlatform().daemon().name("ondol-sum").unstarted(this::sumUp);
    }

    /** @param below what the source reads from; it is read to its own end before this stream's end is seen */
    static Inflating start(Source source, InputStream below, MessageDigest sum) {
        Inflating started = new Inflating(source, below, sum);
        started.reader.start();
        started.summer.start();
        return started;
    }

    @SuppressWarnings("CatchingUnchecked") // whatever happens on this thread is told to the other
    private void inflate() {
        try (InputStream in = source.open()) {
            while (true) {
                Block block = free.take();
                int read = in.readNBytes(block.bytes, 0, BLOCK);
                if (read == 0) {
                    below.transferTo(OutputStream.nullOutputStream());
                    break;
                }
                block.length = read;
                block.users.set(2);
                toSum.put(block);
                toRead.put(block);
            }
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        } catch (InterruptedException e) {
            failure = new InterruptedIOException("interrupted");
        } finally {
            toSum.add(end);
            toRead.add(end);
        }
    }

    private void sumUp() {
        try {
            for (Block block = toSum.take(); block != end; block = toSum.take()) {
                sum.update(block.bytes, 0, block.length);
                release(block);
            }
        } catch (InterruptedException e) {
            failure = new InterruptedIOException("interrupted");
        }
    }

    private void release(Block block) {
        if (block.users.decrementAndGet() == 0) {
            free.add(block);
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        Block block = current;
        if (block == null) {
            block = take();
            current = block;
            at = 0;
        }
        if (block == end) {
            return -1;
        }
        int read = Math.min(length, block.length - at);
        System.arraycopy(block.bytes, at, bytes, offset, read);
        at += read;
        if (at == block.length) {
            current = null;
            release(block);
        }
        return read;
    }

    private Block take() throws IOException {
        try {
            Block block = toRead.take();
            Throwable thrown = failure;
            if (block == end && thrown != null) {
                rethrow(thrown);
            }
            return block;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private static void rethrow(Throwable thrown) throws IOException {
        switch (thrown) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IOException(thrown);
        }
    }

    /** The sum of all bytes, after the end was read. */
    byte[] sum() throws IOException {
        try {
            summer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
        return sum.digest();
    }

    /** Ends the threads; returns when they are gone, so that nobody reads the source any more. */
    @Override
    public void close() {
        reader.interrupt();
        summer.interrupt();
        boolean interrupted = false;
        while (reader.isAlive() || summer.isAlive()) {
            try {
                reader.join();
                summer.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
