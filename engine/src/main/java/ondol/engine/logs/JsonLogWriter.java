package ondol.engine.logs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Writes a container's log once more, in the form of Docker's json-file driver, for programs that read such files: one
 * JSON object a line of output. It follows the log that the minder writes, and goes on where an earlier engine stopped,
 * with no line lost or written twice.
 */
public final class JsonLogWriter {
    /** The longest piece of a line in one object, as by Docker. */
    private static final int LONGEST = 16 * 1024;

    /** So much is gathered before it is written, where there is so much. */
    private static final int BATCH = 256 << 10;

    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final byte[] BEGIN = "{\"log\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIME = ",\"time\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\"}\n".getBytes(StandardCharsets.US_ASCII);

    private final JsonLogFile file;
    private final LogFolder folder;
    private final byte[] attributes;
    private final JsonEscape json = new JsonEscape(2 * BATCH);
    private final Line stdout = new Line("\",\"stream\":\"stdout\"");
    private final Line stderr = new Line("\",\"stream\":\"stderr\"");
    private long second = -1;
    private byte[] secondText = {};
    private volatile boolean closed;

    /** A line that is not finished. */
    private static final class Line {
        private final byte[] stream;
        private final byte[] bytes = new byte[LONGEST];
        private int length;
        private boolean goesOn;
        private long time;

        Line(String stream) {
            this.stream = stream.getBytes(StandardCharsets.US_ASCII);
        }

        byte[] rest() {
            return Arrays.copyOf(bytes, length);
        }

        void restore(byte[] kept, long began) {
            System.arraycopy(kept, 0, bytes, 0, Math.min(kept.length, LONGEST));
            length = Math.min(kept.length, LONGEST);
            time = began;
        }
    }

    /**
     * @param folder the log to follow
     * @param file the file to write
     * @param maxSize bytes, 0 for no limit
     * @param attributes what each object says of the container
     */
    public JsonLogWriter(
            LogFolder folder, Path file, long maxSize, int maxFiles, boolean compress, Map<String, String> attributes) {
        this.folder = folder;
        this.file = new JsonLogFile(file, maxSize, maxFiles, compress);
        this.attributes = attributes(attributes);
    }

    private static byte[] attributes(Map<String, String> attributes) {
        if (attributes.isEmpty()) {
            return new byte[0];
        }
        JsonEscape text = new JsonEscape(256);
        text.put(",\"attrs\":{".getBytes(StandardCharsets.US_ASCII));
        String separator = "\"";
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            text.put(separator.getBytes(StandardCharsets.US_ASCII));
            byte[] key = attribute.getKey().getBytes(StandardCharsets.UTF_8);
            byte[] value = attribute.getValue().getBytes(StandardCharsets.UTF_8);
            text.escape(key, 0, key.length);
            text.put("\":\"".getBytes(StandardCharsets.US_ASCII));
            text.escape(value, 0, value.length);
            separator = "\",\"";
        }
        text.put("\"}".getBytes(StandardCharsets.US_ASCII));
        return Arrays.copyOf(text.bytes(), text.length());
    }

    /**
     * Writes until the run has ended, or {@link #close}.
     *
     * @param signal of the container's present run
     * @param reading is told each file of the log that is begun to be read
     */
    public void run(LogSignal signal, IntConsumer reading) throws IOException, InterruptedException {
        JsonLogFile.Note last = file.open();
        stdout.restore(last.stdout(), last.stdoutTime());
        stderr.restore(last.stderr(), last.stderrTime());
        try (file;
                FrameSource source = new FrameSource(folder, new LogPosition(last.file(), last.offset()))) {
            int number = 0;
            while (!closed) {
                long seen = signal.count();
                boolean ended = signal.isEnded();
                boolean any = source.next();
                if (any) {
                    add(source);
                }
                if (!any || json.length() >= BATCH) {
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
    }

    /** Ends the writing; from any thread. Whoever waits at the signal has to be woken by it. */
    public void close() {
        closed = true;
    }

    private void add(FrameSource source) {
        byte[] bytes = source.bytes();
        Line line = source.error() ? stderr : stdout;
        int at = source.payload();
        int end = at + source.length();
        while (at < end) {
            if (line.length == 0 && !line.goesOn) {
                line.time = source.time();
            }
            int stop = Math.min(end, at + LONGEST - line.length);
            int feed = Lines.lineFeed(bytes, at, stop);
            int to = feed < 0 ? stop : feed + 1;
            boolean whole = feed >= 0 || to - at + line.length == LONGEST;
            if (whole && line.length == 0) {
                object(line, bytes, at, to);
            } else {
                System.arraycopy(bytes, at, line.bytes, line.length, to - at);
                line.length += to - at;
                if (whole) {
                    object(line, line.bytes, 0, line.length);
                    line.length = 0;
                }
            }
            line.goesOn = feed < 0;
            at = to;
        }
    }

    private void object(Line line, byte[] bytes, int from, int to) {
        json.put(BEGIN);
        json.escape(bytes, from, to);
        json.put(line.stream);
        json.put(attributes);
        json.put(TIME);
        time(line.time);
        json.put(END);
    }

    /** RFC 3339 with as many digits of the second's parts as there are. */
    private void time(long nanoseconds) {
        long whole = nanoseconds / 1_000_000_000;
        if (whole != second) {
            second = whole;
            secondText = SECOND.format(Instant.ofEpochSecond(whole)).getBytes(StandardCharsets.US_ASCII);
        }
        json.put(secondText);
        int part = (int) (nanoseconds % 1_000_000_000);
        if (part > 0) {
            byte[] digits = new byte[10];
            digits[0] = '.';
            int used = 1;
            for (int i = 9; i > 0; i--) {
                digits[i] = (byte) ('0' + part % 10);
                used = used == 1 && digits[i] != '0' ? i + 1 : used;
                part /= 10;
            }
            json.put(digits, 0, used);
        }
        json.put(new byte[] {'Z'});
    }

    private void flush(FrameSource source) throws IOException {
        if (json.length() == 0) {
            return;
        }
        file.append(json.bytes(), json.length());
        json.clear();
        note(source);
        if (file.full()) {
            file.rotate();
            note(source);
        }
    }

    /** What no line feed ended, at the run's end. */
    private void rest(FrameSource source) throws IOException {
        for (Line line : new Line[] {stdout, stderr}) {
            if (line.length > 0) {
                object(line, line.bytes, 0, line.length);
                line.length = 0;
            }
            line.goesOn = false;
        }
        flush(source);
    }

    private void note(FrameSource source) throws IOException {
        file.note(new JsonLogFile.Note(
                source.number(),
                source.offset(),
                file.length(),
                stdout.time,
                stdout.rest(),
                stderr.time,
                stderr.rest()));
    }
}
