package ondol.cli.text;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** Moments, read and written as Docker's command does it. */
public final class Times {
    private Times() {}

    /** A moment as Go prints it: {@code 2026-11-24 02:46:11 +0000 UTC}. */
    public static String go(long epochSecond) {
        ZonedDateTime time = Instant.ofEpochSecond(epochSecond).atZone(ZoneId.systemDefault());
        return date(time) + " " + clock(time) + " " + offset(time, "") + " " + zone(time);
    }

    /** A moment as RFC 3339 with nanoseconds, in this place's time zone. */
    public static String rfc3339(long epochNano) {
        ZonedDateTime time = Instant.ofEpochSecond(
                        Math.floorDiv(epochNano, 1_000_000_000L), Math.floorMod(epochNano, 1_000_000_000L))
                .atZone(ZoneId.systemDefault());
        return date(time) + "T" + clock(time) + "." + digits(time.getNano(), 9) + zoned(time);
    }

    /** A moment as RFC 3339 in whole seconds, in this place's time zone. */
    public static String rfc3339Seconds(long epochSecond) {
        ZonedDateTime time = Instant.ofEpochSecond(epochSecond).atZone(ZoneId.systemDefault());
        return date(time) + "T" + clock(time) + zoned(time);
    }

    private static String zoned(ZonedDateTime time) {
        return time.getOffset().getTotalSeconds() == 0 ? "Z" : offset(time, ":");
    }

    private static String date(ZonedDateTime time) {
        return digits(time.getYear(), 4) + "-" + digits(time.getMonthValue(), 2) + "-"
                + digits(time.getDayOfMonth(), 2);
    }

    private static String clock(ZonedDateTime time) {
        return digits(time.getHour(), 2) + ":" + digits(time.getMinute(), 2) + ":" + digits(time.getSecond(), 2);
    }

    private static String offset(ZonedDateTime time, String colon) {
        int minutes = time.getOffset().getTotalSeconds() / 60;
        return (minutes < 0 ? "-" : "+")
                + digits(Math.abs(minutes) / 60, 2)
                + colon
                + digits(Math.abs(minutes) % 60, 2);
    }

    private static String zone(ZonedDateTime time) {
        if (time.getOffset().equals(ZoneOffset.UTC)) return "UTC";
        return time.getZone().getDisplayName(java.time.format.TextStyle.SHORT, java.util.Locale.ROOT);
    }

    private static String digits(int number, int width) {
        String text = Integer.toString(number);
        return text.length() >= width ? text : "0".repeat(width - text.length()) + text;
    }

    /** The second of a moment in RFC 3339; zero when it is none. */
    public static long epochSecond(String rfc3339) {
        try {
            return java.time.OffsetDateTime.parse(rfc3339).toEpochSecond();
        } catch (DateTimeException e) {
            return 0;
        }
    }

    /**
     * What {@code --since} and {@code --until} send: a Go duration becomes a moment before now, RFC 3339 (also without
     * zone, time or seconds) becomes seconds, a number stays.
     */
    public static String timestamp(String text) {
        boolean number = !text.isEmpty();
        for (int i = 0; i < text.length(); i++) number &= text.charAt(i) == '.' || Character.isDigit(text.charAt(i));
        if (number) return text;
        try {
            long nanos = System.currentTimeMillis() * 1_000_000L - Durations.parse(text);
            return seconds(Instant.ofEpochSecond(0, nanos));
        } catch (IllegalArgumentException e) {
            return date(text);
        }
    }

    private static String date(String text) {
        try {
            int t = text.indexOf('T');
            if (t < 0)
                return seconds(java.time.LocalDate.parse(text)
                        .atStartOfDay(ZoneId.systemDefault())
                        .toInstant());
            boolean zoned = text.endsWith("Z") || text.indexOf('+', t) >= 0 || text.indexOf('-', t) >= 0;
            if (zoned) return seconds(java.time.OffsetDateTime.parse(text).toInstant());
            String full = text.length() - t == 3 ? text + ":00" : text;
            return seconds(java.time.LocalDateTime.parse(full)
                    .atZone(ZoneId.systemDefault())
                    .toInstant());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("failed to parse value as time or duration: \"" + text + "\"");
        }
    }

    private static String seconds(Instant moment) {
        return moment.getEpochSecond() + "." + digits(moment.getNano(), 9);
    }
}
