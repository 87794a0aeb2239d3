package ondol.engine.logs;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * Messages as servers of syslog take them, in Docker's words: severity 3 for stderr and 6 for stdout, a line feed at the end.
 *
 * @param counted whether each message is preceded by its length in bytes and a space: RFC 5425, section 4.3
 * @param style one of Docker's {@code syslog-format}
 * @param facility 0 to 23
 * @param tag who says it
 */
public record SyslogForm(Style style, boolean counted, int facility, String tag, String hostname, long pid)
        implements MessageForm {
    private static final int ERROR = 3;
    private static final int INFORMATION = 6;
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH);
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX");
    private static final DateTimeFormatter MICROSECONDS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSXXX");

    /** How a message begins. */
    public enum Style {
        /** As the C library writes it to {@code /dev/log}: without the machine's name. */
        LOCAL,
        /** RFC 3164, section 4.1. */
        RFC3164,
        /** RFC 5424, section 6, with the tag as APP-NAME and MSGID. */
        RFC5424,
        /** The same, with microseconds. */
        RFC5424_MICRO
    }

    @Override
    public byte[] encode(Message message) {
        byte[] head = head(message).getBytes(StandardCharsets.UTF_8);
        int length = head.length + message.text().length + 1;
        byte[] before = (counted ? length + " " : "").getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(before, before.length + length);
        System.arraycopy(head, 0, whole, before.length, head.length);
        System.arraycopy(message.text(), 0, whole, before.length + head.length, message.text().length);
        whole[whole.length - 1] = '\n';
        return whole;
    }

    private String head(Message message) {
        int priority = facility * 8 + (message.error() ? ERROR : INFORMATION);
        var time = Instant.ofEpochSecond(message.time() / 1_000_000_000, message.time() % 1_000_000_000)
                .atZone(ZoneId.systemDefault());
        return switch (style) {
            case LOCAL -> "<%d>%s %s[%d]: ".formatted(priority, STAMP.format(time), tag, pid);
            case RFC3164 -> "<%d>%s %s %s[%d]: ".formatted(priority, STAMP.format(time), hostname, tag, pid);
            case RFC5424 ->
                "<%d>1 %s %s %s %d %s - ".formatted(priority, SECONDS.format(time), hostname, tag, pid, tag);
            case RFC5424_MICRO ->
                "<%d>1 %s %s %s %d %s - ".formatted(priority, MICROSECONDS.format(time), hostname, tag, pid, tag);
        };
    }
}
