package ondol.image;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Compresses by gzip (RFC 1952) on several threads. The bytes are cut into blocks; each is deflated on its own, but with
 * the 32 KiB before it as a dictionary, and ends at a byte ({@link Deflater#SYNC_FLUSH}), so that the blocks one after
 * another are a single stream of a single member, which every reader of gzip takes. The same bytes give the same output,
 * however many threads there are.
 *
 * <p>Used by one thread at a time. Closing ends the stream, and leaves the one below open; a stream that was not closed
 * holds threads.
 */
public final class ParallelGzip extends OutputStream {
    private static final int BLOCK = 256 << 10;
    private static final int WINDOW = 32 << 10;
    private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 255};

    private final OutputStream out;
    private final int level;
    private final int most;
    private final ExecutorService workers;
    private final Queue<Deflater> idle = new ConcurrentLinkedQueue<>();
    private final Deque<Future<Deflated>> underway = new ArrayDeque<>();
    private final CRC32 sum = new CRC32();
    private long size;
    private byte[] block = new byte[WINDOW + BLOCK];
    private int start = WINDOW;
    private int end = WINDOW;
    private boolean first = true;
    private boolean closed;

    /** A block's bytes, and how many of the array they are. */
    private record Deflated(byte[] bytes, int length) {}

    /**
     * On all processors.
     *
     * @param level 1, the fastest, to 9, the smallest
     */
    public ParallelGzip(OutputStream out, int level) throws IOException {
        this(out, level, Runtime.getRuntime().availableProcessors());
    }

    /** @param threads at least one */
    public ParallelGzip(OutputStream out, int level, int threads) throws IOException {
        if (level < 1 || level > 9 || threads < 1) {
            throw new IllegalArgumentException("levels are 1 to 9, and there is at least one thread");
        }
        this.out = out;
        this.level = level;
        this.most = 2 * threads;
        out.write(HEADER);
        this.workers = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("ondol-gzip-", 0).factory());
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (closed) {
            throw new IOException("the stream is closed");
        }
        sum.update(bytes, offset, length);
        size += length;
        int at = offset;
        int rest = length;
        while (rest > 0) {
            if (end == block.length) {
                send(false);
            }
            int part = Math.min(rest, block.length - end);
            System.arraycopy(bytes, at, block, end, part);
            end += part;
            at += part;
            rest -= part;
        }
    }

    /** Gives a block to the workers, and begins the next with the end of this one before it. */
    private void send(boolean last) throws IOException {
        byte[] full = block;
        int from = start;
        int to = end;
        // the array's first bytes are the dictionary; before the first block there is none
        int dictionary = first ? 0 : WINDOW;
        first = false;
        underway.add(workers.submit(() -> deflate(full, from, to, dictionary, last)));
        if (!last) {
            block = new byte[WINDOW + BLOCK];
            System.arraycopy(full, to - WINDOW, block, 0, WINDOW);
            start = WINDOW;
            end = WINDOW;
        }
        while (underway.size() > (last ? 0 : most)) {
            writeOldest();
        }
    }

    private void writeOldest() throws IOException {
        try {
            Deflated done = underway.remove().get();
            out.write(done.bytes(), 0, done.length());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while compressing");
        } catch (ExecutionException e) {
            throw new IOException("cannot compress", e.getCause());
        }
    }

    private Deflated deflate(byte[] bytes, int from, int to, int dictionary, boolean last) {
        Deflater deflater = idle.poll();
        if (deflater == null) {
            deflater = new Deflater(level, true);
        }
        if (dictionary > 0) {
            deflater.setDictionary(bytes, from - dictionary, dictionary);
        }
        deflater.setInput(bytes, from, to - from);
        if (last) {
            deflater.finish();
        }
        byte[] target = new byte[(to - from) / 2 + 1024];
        int length = 0;
        while (true) {
            int flush = last ? Deflater.NO_FLUSH : Deflater.SYNC_FLUSH;
            length += deflater.deflate(target, length, target.length - length, flush);
            // a flush is over when it leaves room
            if (last ? deflater.finished() : length < target.length) {
                break;
            }
            target = Arrays.copyOf(target, target.length + BLOCK / 2);
        }
        deflater.reset();
        idle.add(deflater);
        return new Deflated(target, length);
    }

    /** Ends the gzip stream. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            send(true);
            ByteBuffer trailer = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
            out.write(trailer.putInt((int) sum.getValue()).putInt((int) size).array());
        } finally {
            workers.shutdownNow();
            workers.close();
            idle.forEach(Deflater::end);
        }
    }
}
