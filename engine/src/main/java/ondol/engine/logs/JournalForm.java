package ondol.engine.logs;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * Messages of systemd's journal, by its native protocol: fields as {@code NAME=value} and a line feed, or where the value has
 * line feeds {@code NAME}, a line feed, its length in eight bytes with the lowest first, the value and a line feed. The names
 * are those that Docker's driver gives.
 */
public final class JournalForm implements MessageForm {
    private static final int LONGEST_NAME = 64;

    private final byte[] common;

    /** @param fields what each message says of the container */
    public JournalForm(Map<String, String> fields) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fields.forEach((name, value) -> field(out, name, value.getBytes(StandardCharsets.UTF_8)));
        common = out.toByteArray();
    }

    /** A label's or a variable's name as one of a field: large letters, digits and underscores, and no underscore first. */
    public static String name(String key) {
        String name = key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_").replaceFirst("^[_0-9]+", "");
        return name.substring(0, Math.min(LONGEST_NAME, name.length()));
    }

    private static void field(ByteArrayOutputStream out, String name, byte[] value) {
        out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        if (Lines.lineFeed(value, 0, value.length) < 0) {
            out.write('=');
        } else {
            out.write('\n');
            out.writeBytes(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(value.length)
                    .array());
        }
        out.writeBytes(value);
        out.write('\n');
    }

    private static void field(ByteArrayOutputStream out, String name, String value) {
        field(out, name, value.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public byte[] encode(Message message) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(common.length + message.text().length + 128);
        field(out, "MESSAGE", message.text());
        field(out, "PRIORITY", message.error() ? "3" : "6");
        field(
                out,
                "SYSLOG_TIMESTAMP",
                Instant.ofEpochSecond(message.time() / 1_000_000_000, message.time() % 1_000_000_000)
                        .toString());
        if (!message.last() || message.piece() > 0) {
            if (!message.last()) {
                field(out, "CONTAINER_PARTIAL_MESSAGE", "true");
            }
            // all pieces of a line began when it did
            field(out, "CONTAINER_PARTIAL_ID", Long.toHexString(message.time()) + (message.error() ? "e" : "o"));
            field(out, "CONTAINER_PARTIAL_ORDINAL", String.valueOf(message.piece() + 1));
            field(out, "CONTAINER_PARTIAL_LAST", String.valueOf(message.last()));
        }
        out.writeBytes(common);
        return out.toByteArray();
    }
}
