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
import java.util.concurrent.atomic.AtomicInteger;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * The output of an execution, straight from its pipes or terminal: a thread a stream, which waits while nobody takes what
 * it has read. The end comes when the process has ended, so that its exit code is known by then.
 */
final class PipeReader implements OutputReader {
    private static final int CHUNK = 32 << 10;
    private static final int QUEUED = 64;
    private static final long LEFT_OPEN = 500_000_000;
    private static final int LOOK_AGAIN = 500;

    /** Threads stay a while for the next execution: to make two takes a third as long as the execution. */
    private static final Executor READERS = new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            20,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().daemon().name("ondol-exec-output-", 0).factory());

    private final BlockingQueue<Output> queue = new ArrayBlockingQueue<>(QUEUED);
    private final CompletableFuture<Integer> ended;
    private final AtomicInteger open;
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private final Output last = new Output(Instant.EPOCH, false, new byte[0], false);
    private volatile boolean closed;

    /**
     * @param stdout pipe or terminal, not blocking, closed by this reader; null where it is not wanted
     * @param stderr pipe; null where there is none or it is not wanted
     * @param ended completes with the exit code
     */
    PipeReader(@Nullable Descriptor stdout, @Nullable Descriptor stderr, CompletableFuture<Integer> ended) {
        this.ended = ended;
        this.open = new AtomicInteger((stdout == null ? 0 : 1) + (stderr == null ? 0 : 1));
        if (open.get() == 0) {
            drained.complete(null);
        }
        read(stdout, false);
        read(stderr, true);
        drained.thenRun(() -> ended.whenComplete((code, e) -> put(last)));
    }

    private void read(@Nullable Descriptor from, boolean error) {
        if (from == null) {
            return;
        }
        READERS.execute(() -> {
            try (Arena arena = Arena.ofConfined();
                    from) {
                MemorySegment buffer = arena.allocate(CHUNK);
                long idleSince = System.nanoTime();
                while (!closed) {
                    long got = Kernel.raw(Call.READ, from.number(), buffer.address(), CHUNK);
                    if (got == -Errno.EAGAIN.number()) {
                        if (!ended.isDone()) {
                            idleSince = System.nanoTime();
                        } else if (System.nanoTime() - idleSince > LEFT_OPEN) {
                            break; // what keeps it open after the process has ended is given a moment, not for ever
                        }
                        Nonblocking.awaitInput(from, LOOK_AGAIN);
                        continue;
                    }
                    idleSince = System.nanoTime();
                    if (got <= 0) {
                        break; // the end; of a terminal it is told by EIO
                    }
                    put(new Output(Instant.now(), error, buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE), false));
                }
            } finally {
                if (open.decrementAndGet() == 0) {
                    drained.complete(null);
                }
            }
        });
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
            Output output = queue.poll(100, TimeUnit.MILLISECONDS);
            if (output == last) {
                awaitEnd();
                return null;
            }
            if (output != null) {
                return output;
            }
        }
        return null;
    }

    @Override
    public @Nullable Output poll() {
        return queue.peek() == last ? null : queue.poll();
    }

    private void awaitEnd() throws InterruptedException {
        try {
            ended.get(1, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // the end was already told, or the engine is closing
        }
    }

    @Override
    public void close() {
        closed = true;
    }
}
