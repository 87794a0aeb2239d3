package ondol.docker;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** Times as Docker's API writes and reads them. */
final class Times {
    /** Go's zero time. */
    static final String NEVER = "0001-01-01T00:00:00Z";

    private static final DateTimeFormatter LOG =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern UNIX = Pattern.compile("(-?\\d{1,12})(?:\\.(\\d{1,9})\\d*)?");
    private static final Pattern GO_PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|µs|ms|s|m|h)");

    private Times() {}

    /** RFC 3339 with nanoseconds. */
    static String rfc3339(@Nullable Instant time) {
        return time == null ? NEVER : time.toString();
    }

    /** RFC 3339 with all nine digits, as before a line of a log. */
    static String log(Instant time) {
        return LOG.format(time);
    }

    /**
     * A time as {@code seconds[.nanoseconds]}, RFC 3339, or a duration such as {@code 10m} before now.
     *
     * @return null for null and 0
     */
    static @Nullable Instant parse(@Nullable String text) {
        if (text == null || text.equals("0")) {
            return null;
        }
        Matcher unix = UNIX.matcher(text);
        if (unix.matches()) {
            String fraction = unix.group(2);
            long nanos = fraction == null ? 0 : Long.parseLong((fraction + "00000000").substring(0, 9));
            return Instant.ofEpochSecond(Long.parseLong(unix.group(1)), nanos);
        }
        try {
            return text.indexOf('T') > 0
                    ? OffsetDateTime.parse(text).toInstant()
                    : Instant.now().minus(goDuration(text));
        } catch (DateTimeException e) {
            throw new EngineException(EngineException.Kind.INVALID, "no time: " + text, e);
        }
    }

    private static Duration goDuration(String text) {
        Matcher part = GO_PART.matcher(text);
        double seconds = 0;
        int at = 0;
        while (at < text.length()) {
            if (!part.find(at) || part.start() != at) {
                throw EngineException.invalid("no time: " + text);
            }
            seconds += Double.parseDouble(part.group(1))
                    * switch (part.group(2)) {
                        case "h" -> 3600;
                        case "m" -> 60;
                        case "s" -> 1;
                        case "ms" -> 1e-3;
                        case "ns" -> 1e-9;
                        default -> 1e-6;
                    };
            at = part.end();
        }
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    /** About how long, in the words of {@code docker ps}. */
    static String about(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        long hours = Math.round(seconds / 3600.0);
        if (seconds < 60) {
            return seconds < 1 ? "Less than a second" : seconds == 1 ? "1 second" : seconds + " seconds";
        } else if (seconds < 3600) {
            return seconds < 120 ? "About a minute" : seconds / 60 + " minutes";
        } else if (hours < 48) {
            return hours == 1 ? "About an hour" : hours + " hours";
        } else if (hours < 24 * 14) {
            return hours / 24 + " days";
        } else if (hours < 24 * 60) {
            return hours / 24 / 7 + " weeks";
        } else if (hours < 24 * 365 * 2) {
            return hours / 24 / 30 + " months";
        }
        return hours / 24 / 365 + " years";
    }
}
