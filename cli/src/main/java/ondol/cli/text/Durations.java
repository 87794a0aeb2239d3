package ondol.cli.text;

/** Spans of time as Go writes them ({@code 1m30s}) and as people say them ({@code 3 weeks}). */
public final class Durations {
    private static final long SECOND = 1_000_000_000L;

    private Durations() {}

    /**
     * Reads Go's notation, in nanoseconds.
     *
     * @throws IllegalArgumentException in Go's words
     */
    public static long parse(String text) {
        int at = 0;
        boolean negative = text.startsWith("-");
        if (negative || text.startsWith("+")) at++;
        if (text.substring(at).equals("0")) return 0;
        if (at == text.length()) throw invalid(text);
        double total = 0;
        while (at < text.length()) {
            int start = at;
            while (at < text.length() && (text.charAt(at) == '.' || Character.isDigit(text.charAt(at)))) at++;
            int unitStart = at;
            while (at < text.length() && text.charAt(at) != '.' && !Character.isDigit(text.charAt(at))) at++;
            String unit = text.substring(unitStart, at);
            if (unitStart == start) throw invalid(text);
            if (unit.isEmpty()) throw new IllegalArgumentException("time: missing unit in duration \"" + text + "\"");
            try {
                total += Double.parseDouble(text.substring(start, unitStart)) * nanos(unit, text);
            } catch (NumberFormatException e) {
                throw invalid(text);
            }
        }
        if (total > Long.MAX_VALUE) throw invalid(text);
        return negative ? -(long) total : (long) total;
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException("time: invalid duration \"" + text + "\"");
    }

    private static long nanos(String unit, String text) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs", "μs" -> 1000;
            case "ms" -> 1_000_000;
            case "s" -> SECOND;
            case "m" -> 60 * SECOND;
            case "h" -> 3600 * SECOND;
            default ->
                throw new IllegalArgumentException("time: unknown unit \"" + unit + "\" in duration \"" + text + "\"");
        };
    }

    /** A span in words. */
    public static String human(long seconds) {
        if (seconds < 1) return "Less than a second";
        if (seconds == 1) return "1 second";
        if (seconds < 60) return seconds + " seconds";
        long minutes = seconds / 60;
        if (minutes == 1) return "About a minute";
        if (minutes < 60) return minutes + " minutes";
        long hours = (seconds + 1800) / 3600;
        if (hours == 1) return "About an hour";
        if (hours < 48) return hours + " hours";
        if (hours < 24 * 7 * 2) return hours / 24 + " days";
        if (hours < 24 * 30 * 2) return hours / 24 / 7 + " weeks";
        if (hours < 24 * 365 * 2) return hours / 24 / 30 + " months";
        return seconds / 3600 / 24 / 365 + " years";
    }

    /** How long ago a moment was, in words. */
    public static String ago(long epochSecond) {
        return human(System.currentTimeMillis() / 1000 - epochSecond) + " ago";
    }
}
