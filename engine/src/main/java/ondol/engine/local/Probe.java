package ondol.engine.local;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import ondol.engine.Health;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.keeper.Minder;
import org.jspecify.annotations.Nullable;

/**
 * One run of a command that the engine itself wants to know the result of, in a container. The thread that calls reads its
 * output until it has ended; more than some of it is read and dropped.
 */
final class Probe {
    /** As much of the output as is kept, in bytes. */
    static final int MOST_OUTPUT = 4096;

    private static final int CHUNK = 4096;
    private static final long AFTER_KILL = 5;

    private final Execution execution;
    private final Minder minder;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private boolean more;

    private Probe(Execution execution, Minder minder) {
        this.execution = execution;
        this.minder = minder;
    }

    /**
     * Waits for an execution's end.
     *
     * @param words a Go duration for the sentence that says that it took too long
     */
    static Health.Result await(Execution execution, Minder minder, Instant start, long timeout, String words) {
        Probe probe = new Probe(execution, minder);
        boolean inTime = probe.read(System.nanoTime() + timeout);
        if (!inTime) {
            execution.kill();
        }
        int code = probe.exitCode(inTime ? timeout / 1_000_000_000 + 1 : AFTER_KILL);
        String said = probe.text();
        return inTime
                ? new Health.Result(start, Instant.now(), code, said)
                : new Health.Result(start, Instant.now(), -1, tooLong(words, said));
    }

    private static String tooLong(String words, String said) {
        return "Health check exceeded timeout (" + words + ")" + (said.isEmpty() ? "" : ": " + said);
    }

    /** Reads until the process has ended; false where it has not by then. */
    private boolean read(long until) {
        Descriptor process = minder.process();
        try (Descriptor out = copy(minder.stdout());
                Descriptor err = copy(minder.stderr());
                Arena arena = Arena.ofConfined()) {
            Descriptor[] streams = {out, err};
            MemorySegment buffer = arena.allocate(CHUNK);
            while (true) {
                long left = until - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                boolean ended = process == null || Nonblocking.awaitAny(streams, process, left);
                for (int i = 0; i < streams.length; i++) {
                    if (!drain(streams[i], buffer)) {
                        streams[i] = null;
                    }
                }
                if (ended) {
                    return true; // what it left running in the background is not waited for
                }
            }
        } catch (IllegalStateException e) {
            return true; // a descriptor was closed: it has ended
        }
    }

    private static @Nullable Descriptor copy(@Nullable Descriptor stream) {
        return stream == null ? null : Nonblocking.copy(stream);
    }

    /** Reads what is there; false at the stream's end. */
    private boolean drain(@Nullable Descriptor stream, MemorySegment buffer) {
        if (stream == null) {
            return false;
        }
        while (true) {
            long got = Kernel.raw(Call.READ, stream.number(), buffer.address(), CHUNK);
            if (got <= 0) {
                return got == -Errno.EAGAIN.number();
            }
            int kept = (int) Math.min(got, MOST_OUTPUT - output.size());
            output.write(buffer.asSlice(0, kept).toArray(ValueLayout.JAVA_BYTE), 0, kept);
            more |= kept < got;
            if (more) {
                return true; // not for ever, where it writes without end
            }
        }
    }

    private int exitCode(long seconds) {
        try {
            return execution.ended.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private String text() {
        return output.toString(StandardCharsets.UTF_8) + (more ? "..." : "");
    }
}
