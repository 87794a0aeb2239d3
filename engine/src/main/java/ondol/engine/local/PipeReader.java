package ondol.engine.local;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * The output of an execution, straight from its pipes or terminal: one thread, which waits while nobody takes what it has
 * read. The end comes when the process has ended, so that its exit code is known by then.
 */
final class PipeReader implements OutputReader {
    private static final int CHUNK = 32 << 10;
    private static final int QUEUED = 64;
    private static final long LEFT_OPEN = 500_000_000;
    private static final long LOOK_AGAIN = 500_000_000;
    private static final long LOOK_CLOSED = 100;

    /** Threads stay a while for the next execution: to make one takes a third as long as the execution. */
    private static final Executor READERS = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            20,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("ondol-exec-output-", 0).factory());

    private final BlockingQueue<Output> queue = new ArrayBlockingQueue<>(QUEUED);
    private final CompletableFuture<Integer> ended;
    private final Output last = new Output(Instant.EPOCH, false, new byte[0], false);
    private volatile boolean closed;

    /**
     * @param stdout pipe or terminal, not blocking, closed by this reader; null where it is not wanted
     * @param stderr pipe; null where there is none or it is not wanted
     * @param ended completes with the exit code
     */
    PipeReader(@Nullable Descriptor stdout, @Nullable Descriptor stderr, CompletableFuture<Integer> ended) {
        this.ended = ended;
        READERS.execute(() -> read(new @Nullable Descriptor[] {stdout, stderr}));
    }

    private void read(@Nullable Descriptor[] streams) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(CHUNK);
            long idleSince = System.nanoTime();
            while (!closed && (streams[0] != null || streams[1] != null)) {
                boolean some = take(streams, 0, buffer) | take(streams, 1, buffer);
                if (some) {
                    idleSince = System.nanoTime();
                    continue;
                }
                if (!ended.isDone()) {
                    idleSince = System.nanoTime();
                } else if (System.nanoTime() - idleSince > LEFT_OPEN) {
                    break; // what keeps it open after the process has ended is given a moment, not for ever
                }
                Nonblocking.awaitAny(streams, null, LOOK_AGAIN);
            }
        } finally {
            for (Descriptor stream : streams) {
                if (stream != null) {
                    stream.close();
                }
            }
            put(last);
        }
    }

    /** Takes what a stream has; false where that is nothing at the moment. */
    private boolean take(@Nullable Descriptor[] streams, int which, MemorySegment buffer) {
        Descriptor stream = streams[which];
        if (stream == null) {
            return false;
        }
        long got = Kernel.raw(Call.READ, stream.number(), buffer.address(), CHUNK);
        if (got == -Errno.EAGAIN.number()) {
            return false;
        }
        if (got > 0) {
            put(new Output(Instant.now(), which == 1, buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE), false));
        } else { // the end; of a terminal it is told by EIO
            streams[which] = null;
            stream.close();
        }
        return true;
    }

    private void put(Output output) {
        try {
            while (!closed && !queue.offer(output, 100, TimeUnit.MILLISECONDS)) {
                // nobody takes it: the process waits, and with it only itself
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public @Nullable Output next() throws InterruptedException {
        while (!closed) {
            Output output = queue.take();
            if (output != last) {
                return output;
            }
            awaitEnd();
            closed = true;
        }
        return null;
    }

    @Override
    public @Nullable Output poll() {
        return queue.peek() == last ? null : queue.poll();
    }

    private void awaitEnd() throws InterruptedException {
        while (!closed) {
            try {
                ended.get(LOOK_CLOSED, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                // it has closed its output and goes on
            } catch (ExecutionException e) {
                return; // the engine is closing
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        queue.offer(last); // for whoever waits; where there is no room nobody does
    }
}
