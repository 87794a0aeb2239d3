package ondol.engine.logs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes a container's log once more, in the form of Docker's json-file driver, for programs that read such files: one
 * JSON object a line of output. It follows the log that the minder writes, and goes on where an earlier engine stopped,
 * with no line lost or written twice.
 */
public final class JsonLogWriter extends LineFollower {
    /** So much is gathered before it is written, where there is so much. */
    private static final int BATCH = 256 << 10;

    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final byte[] BEGIN = "{\"log\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIME = ",\"time\":\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STDOUT = "\",\"stream\":\"stdout\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STDERR = "\",\"stream\":\"stderr\"".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\"}\n".getBytes(StandardCharsets.US_ASCII);

    private final JsonLogFile file;
    private final byte[] attributes;
    private final JsonEscape json = new JsonEscape(2 * BATCH);
    private long second = -1;
    private byte[] secondText = {};

    /**
     * @param folder the log to follow
     * @param file the file to write
     * @param maxSize bytes, 0 for no limit
     * @param attributes what each object says of the container
     */
    public JsonLogWriter(
            LogFolder folder, Path file, long maxSize, int maxFiles, boolean compress, Map<String, String> attributes) {
        super(folder);
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

    @Override
    LogNote open() throws IOException {
        return file.open();
    }

    @Override
    boolean enough() {
        return json.length() >= BATCH;
    }

    @Override
    void done() throws IOException {
        file.close();
    }

    @Override
    void piece(Line line, byte[] bytes, int from, int to, boolean ended) {
        json.put(BEGIN);
        json.escape(bytes, from, to);
        json.put(line.error() ? STDERR : STDOUT);
        json.put(attributes);
        json.put(TIME);
        time(line.time());
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

    @Override
    void flush(FrameSource source) throws IOException {
        if (json.length() == 0) {
            return;
        }
        file.append(json.bytes(), json.length());
        json.clear();
        file.note(note(source, file.length()));
        if (file.full()) {
            file.rotate();
            file.note(note(source, file.length()));
        }
    }
}
