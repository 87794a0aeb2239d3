package ondol.engine.logs;

import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import ondol.engine.LogOptions;
import ondol.engine.Output;
import org.jspecify.annotations.Nullable;

/** Frames cut into lines. Only lines that are wanted become objects; the others are passed over where they lie. */
final class LineLogReader extends LogReader {
    /** The longest piece, as in Docker. */
    static final int LONGEST = 16 * 1024;

    private final LogOptions options;
    private final long since;
    private final UnfinishedLine stdout = new UnfinishedLine(false);
    private final UnfinishedLine stderr = new UnfinishedLine(true);
    /** Line ends to pass over before the tail begins. */
    private long skip;

    private int at;
    private int end;
    private boolean ended;
    private long lastTime;
    private Instant lastInstant = Instant.EPOCH;

    private LineLogReader(
            LogFolder folder, LogOptions options, LogPosition from, long skip, @Nullable LogSignal follow) {
        super(folder, from, follow, options.until());
        this.options = options;
        Instant oldest = options.since();
        this.since = oldest == null ? 0 : nanoseconds(oldest);
        this.skip = skip;
    }

    static LineLogReader open(LogFolder folder, LogOptions options, @Nullable LogSignal follow) throws IOException {
        if (options.tail() < 0) {
            return new LineLogReader(folder, options, LogPosition.START, 0, follow);
        }
        TailSearch.Found found = TailSearch.search(folder, options.tail());
        return new LineLogReader(folder, options, found.from(), found.skip(), follow);
    }

    @Override
    @Nullable
    Output nextOutput(boolean wait) throws IOException, InterruptedException {
        while (true) {
            while (at < end) {
                Output line = cut();
                if (line != null) {
                    return line;
                }
            }
            if (ended || !nextFrame(wait)) {
                if (!wait) {
                    return null;
                }
                ended = true;
                return rest();
            }
            at = source().payload();
            end = at + source().length();
        }
    }

    /** The next piece of the frame at hand; null where it is not wanted, or not finished. */
    private @Nullable Output cut() {
        byte[] bytes = source().bytes();
        UnfinishedLine line = source().error() ? stderr : stdout;
        int room = LONGEST - line.length;
        int stop = Math.min(end, at + room);
        int feed = Lines.lineFeed(bytes, at, stop);
        int to = feed < 0 ? stop : feed + 1;
        int from = at;
        at = to;
        if (line.length == 0 && !line.goesOn) {
            line.time = source().time();
        }
        if (feed < 0 && to - from < room) {
            line.append(bytes, from, to);
            return null;
        }
        boolean partial = feed < 0;
        Output piece = wanted(line) ? piece(line, bytes, from, to, partial) : null;
        line.length = 0;
        line.goesOn = partial;
        if (!partial && skip > 0) {
            skip--;
        }
        return piece;
    }

    /** What no line feed ended: the one that began first, first. */
    private @Nullable Output rest() {
        UnfinishedLine first = stderr.length > 0 && (stdout.length == 0 || stderr.time < stdout.time) ? stderr : stdout;
        UnfinishedLine second = first == stdout ? stderr : stdout;
        for (UnfinishedLine line : new UnfinishedLine[] {first, second}) {
            if (line.length > 0) {
                Output piece = wanted(line) ? piece(line, line.bytes, 0, 0, false) : null;
                line.length = 0;
                skip = Math.max(0, skip - 1);
                if (piece != null) {
                    return piece;
                }
            }
        }
        return null;
    }

    private boolean wanted(UnfinishedLine line) {
        return skip == 0 && line.time >= since && (line.error ? options.stderr() : options.stdout());
    }

    private Output piece(UnfinishedLine line, byte[] bytes, int from, int to, boolean partial) {
        byte[] piece;
        if (line.length == 0) {
            piece = Arrays.copyOfRange(bytes, from, to);
        } else {
            piece = Arrays.copyOf(line.bytes, line.length + to - from);
            System.arraycopy(bytes, from, piece, line.length, to - from);
        }
        if (line.time != lastTime) {
            lastTime = line.time;
            lastInstant = instant(lastTime);
        }
        return new Output(lastInstant, line.error, piece, partial);
    }

    /** The begin of a line whose end is in a later frame of the same stream. */
    private static final class UnfinishedLine {
        private final boolean error;
        private byte[] bytes = new byte[256];
        private int length;
        /** Whether a piece of the same line came before. */
        private boolean goesOn;

        private long time;

        UnfinishedLine(boolean error) {
            this.error = error;
        }

        void append(byte[] from, int begin, int end) {
            int grown = length + end - begin;
            if (grown > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(grown, Math.min(LONGEST, 2 * bytes.length)));
            }
            System.arraycopy(from, begin, bytes, length, end - begin);
            length = grown;
        }
    }
}
