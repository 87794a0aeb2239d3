package ondol.engine.logs;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Follows the log that a container's minder writes and gives it line by line to what a driver makes of it. It goes on where
 * an earlier engine stopped. Run by one thread.
 */
public abstract sealed class LineFollower permits JsonLogWriter, LogForwarder {
    /** The longest piece of a line, as by Docker. */
    static final int LONGEST = 16 * 1024;

    private final LogFolder folder;
    private final Line stdout = new Line(false);
    private final Line stderr = new Line(true);
    private volatile boolean closed;

    LineFollower(LogFolder folder) {
        this.folder = folder;
    }

    /** A line that is not finished. */
    static final class Line {
        private final boolean error;
        private final byte[] bytes = new byte[LONGEST];
        private int length;
        /** How many pieces of it there were before. */
        private int pieces;

        private long time;

        private Line(boolean error) {
            this.error = error;
        }

        boolean error() {
            return error;
        }

        /** Nanoseconds since 1970 when it began. */
        long time() {
            return time;
        }

        int pieces() {
            return pieces;
        }

        private byte[] rest() {
            return Arrays.copyOf(bytes, length);
        }

        private void restore(byte[] kept, long began) {
            length = Math.min(kept.length, LONGEST);
            System.arraycopy(kept, 0, bytes, 0, length);
            time = began;
        }
    }

    /** Opens what is written to, and tells how far it goes. */
    abstract LogNote open() throws IOException;

    /**
     * A line, or a piece of one.
     *
     * @param ended whether the line ends with it, by a line feed or since nothing more comes
     */
    abstract void piece(Line line, byte[] bytes, int from, int to, boolean ended) throws IOException;

    /** Whether so much was gathered that it is to be written. */
    abstract boolean enough();

    /** Writes what was gathered, and that it goes as far as {@link #note} says. */
    abstract void flush(FrameSource source) throws IOException;

    /** Of what was opened. */
    abstract void done() throws IOException;

    /**
     * Follows until the run has ended, or {@link #close}.
     *
     * @param signal of the container's present run
     * @param reading is told each file of the log that is begun to be read
     */
    public final void run(LogSignal signal, IntConsumer reading) throws IOException, InterruptedException {
        try {
            LogNote last = open();
            stdout.restore(last.stdout(), last.stdoutTime());
            stderr.restore(last.stderr(), last.stderrTime());
            try (FrameSource source = new FrameSource(folder, new LogPosition(last.file(), last.offset()))) {
                follow(source, signal, reading);
            }
        } finally {
            done();
        }
    }

    private void follow(FrameSource source, LogSignal signal, IntConsumer reading)
            throws IOException, InterruptedException {
        int number = 0;
        while (!closed) {
            long seen = signal.count();
            boolean ended = signal.isEnded();
            boolean any = source.next();
            if (any) {
                add(source);
            }
            if (!any || enough()) {
                flush(source);
                Thread.yield(); // there are other virtual threads
            }
            if (source.number() != number) {
                number = source.number();
                reading.accept(number);
            }
            if (!any && ended) {
                rest(source);
                return;
            }
            if (!any) {
                signal.await(seen, Long.MAX_VALUE);
            }
        }
    }

    /** Ends the following; from any thread. Whoever waits at the signal has to be woken by it. */
    public final void close() {
        closed = true;
    }

    final boolean closed() {
        return closed;
    }

    private void add(FrameSource source) throws IOException {
        byte[] bytes = source.bytes();
        Line line = source.error() ? stderr : stdout;
        int at = source.payload();
        int end = at + source.length();
        while (at < end) {
            if (line.length == 0 && line.pieces == 0) {
                line.time = source.time();
            }
            int stop = Math.min(end, at + LONGEST - line.length);
            int feed = Lines.lineFeed(bytes, at, stop);
            int to = feed < 0 ? stop : feed + 1;
            boolean whole = feed >= 0 || to - at + line.length == LONGEST;
            if (whole && line.length == 0) {
                piece(line, bytes, at, to, feed >= 0);
            } else {
                System.arraycopy(bytes, at, line.bytes, line.length, to - at);
                line.length += to - at;
                if (whole) {
                    piece(line, line.bytes, 0, line.length, feed >= 0);
                    line.length = 0;
                }
            }
            line.pieces = feed >= 0 ? 0 : whole ? line.pieces + 1 : line.pieces;
            at = to;
        }
    }

    /** What no line feed ended, at the run's end. */
    private void rest(FrameSource source) throws IOException {
        for (Line line : new Line[] {stdout, stderr}) {
            if (line.length > 0) {
                piece(line, line.bytes, 0, line.length, true);
                line.length = 0;
            }
            line.pieces = 0;
        }
        flush(source);
    }

    /**
     * How far the log was read by now.
     *
     * @param length what the note is to say of it
     */
    final LogNote note(FrameSource source, long length) {
        return new LogNote(
                source.number(), source.offset(), length, stdout.time, stdout.rest(), stderr.time, stderr.rest());
    }
}
