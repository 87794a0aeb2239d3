package ondol.engine.logs;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import ondol.engine.EngineException;
import ondol.engine.LogOptions;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads the output that a log folder keeps, and what is appended to it where a {@link LogSignal} is given. {@link #raw}
 * gives it as it was read from the container, {@link #lines} line by line.
 */
public abstract sealed class LogReader implements OutputReader permits RawLogReader, LineLogReader {
    private static final long FOREVER = Long.MAX_VALUE;

    private final @Nullable LogSignal signal;
    private final long until;
    private final FrameSource source;
    private volatile boolean closed;

    LogReader(LogFolder folder, LogPosition from, @Nullable LogSignal signal, @Nullable Instant until) {
        this.source = new FrameSource(folder, from);
        this.signal = signal;
        this.until = until == null ? FOREVER : nanoseconds(until);
    }

    /**
     * Pieces as they were read from the container, of both streams.
     *
     * @param from where to begin: {@link LogPosition#START}, or an earlier {@link LogFolder#end()}
     * @param follow of the container's present run, to read on until it ends; null for only what is there
     */
    public static LogReader raw(LogFolder folder, LogPosition from, @Nullable LogSignal follow) {
        return new RawLogReader(folder, from, follow);
    }

    /**
     * Lines, each with its line feed and the time of the frame in which it began; those longer than 16 KiB in pieces.
     * Of a line that is not finished yet nothing comes until it is, or the reading ends. As in Docker the tail is taken
     * first, from all that is kept, and then what the other options leave out is left out.
     *
     * @param follow of the container's present run; used only where the options say to follow
     */
    public static LogReader lines(LogFolder folder, LogOptions options, @Nullable LogSignal follow) {
        try {
            return LineLogReader.open(folder, options, options.follow() ? follow : null);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    @Override
    public final @Nullable Output next() throws InterruptedException {
        return read(true);
    }

    @Override
    public final @Nullable Output poll() {
        try {
            return read(false);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private @Nullable Output read(boolean wait) throws InterruptedException {
        try {
            Output output = closed ? null : nextOutput(wait);
            return closed ? null : output;
        } catch (ClosedByInterruptException e) {
            throw new InterruptedException();
        } catch (ClosedChannelException e) {
            if (closed) {
                return null;
            }
            throw unreadable(e);
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    abstract @Nullable Output nextOutput(boolean wait) throws IOException, InterruptedException;

    /** The number of the file that was read from last: those before it are not needed any more. */
    public final int file() {
        return source.number();
    }

    final FrameSource source() {
        return source;
    }

    /**
     * Moves to the next frame, waiting for it where the reader follows.
     *
     * @param wait false for only looking whether it is there
     * @return false when no more will come, or has not come yet
     */
    final boolean nextFrame(boolean wait) throws IOException, InterruptedException {
        while (!closed) {
            long seen = signal == null ? 0 : signal.count();
            boolean ended = signal == null || signal.isEnded();
            if (source.next()) {
                return source.time() <= until;
            }
            long left = until == FOREVER ? FOREVER : until - nanoseconds(Instant.now());
            if (signal == null || ended || left <= 0 || !wait) {
                return false;
            }
            signal.await(seen, left);
        }
        return false;
    }

    @Override
    public final void close() {
        closed = true;
        if (signal != null) {
            signal.appended();
        }
        try {
            source.close();
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    /** Nanoseconds since 1970, for times until the year 2262; what is beyond counts as that. */
    static long nanoseconds(Instant time) {
        if (time.isBefore(Instant.EPOCH)) {
            return 0;
        }
        Duration since = Duration.between(Instant.EPOCH, time);
        return since.getSeconds() >= FOREVER / 1_000_000_000 ? FOREVER : since.toNanos();
    }

    static Instant instant(long nanoseconds) {
        return Instant.ofEpochSecond(nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    }

    private static EngineException unreadable(IOException e) {
        return new EngineException(
                EngineException.Kind.FAILED, "The container's log cannot be read: " + e.getMessage(), e);
    }
}
