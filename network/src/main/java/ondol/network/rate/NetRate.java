package ondol.network.rate;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How fast a container, or a network, may receive and send.
 *
 * @param in bits a second towards it; 0 for no limit
 * @param out bits a second from it; 0 for no limit
 * @param burst how many bytes may pass at once after a pause; 0 for what passes in ten milliseconds
 */
public record NetRate(long in, long out, long burst) {
    public static final NetRate NONE = new NetRate(0, 0, 0);

    private static final long LEAST = 8_000;
    private static final long MOST = 10_000_000_000_000L;
    private static final long LEAST_BURST = 1600;
    private static final long MOST_BURST = 1L << 30;
    private static final Pattern NUMBER = Pattern.compile("([0-9]{1,15}(?:\\.[0-9]{1,9})?)\\s*([a-z]*)");
    private static final Map<String, Long> BITS = Map.of(
            "", 1L, "bit", 1L, "kbit", 1_000L, "mbit", 1_000_000L, "gbit", 1_000_000_000L, "tbit", 1_000_000_000_000L);
    private static final Map<String, Long> BYTES = Map.of(
            "", 1L, "b", 1L, "k", 1L << 10, "kb", 1L << 10, "m", 1L << 20, "mb", 1L << 20, "g", 1L << 30, "gb",
            1L << 30);

    /**
     * Reads what people write.
     *
     * @param both {@code --net-rate}, such as {@code 100mbit}; null or empty where it is not said
     * @param in {@code --net-rate-in}, which counts more
     * @param out {@code --net-rate-out}, which counts more
     * @param burst {@code --net-burst}, such as {@code 64k}
     * @throws IllegalArgumentException in a sentence for people, where it makes no sense
     */
    public static NetRate parse(
            @Nullable String both, @Nullable String in, @Nullable String out, @Nullable String burst) {
        return new NetRate(
                rate(said(in) ? in : both, said(in) ? "net-rate-in" : "net-rate"),
                rate(said(out) ? out : both, said(out) ? "net-rate-out" : "net-rate"),
                burst(burst));
    }

    private static boolean said(@Nullable String text) {
        return text != null && !text.isBlank();
    }

    private static long rate(@Nullable String text, String what) {
        if (text == null || text.isBlank()) {
            return 0;
        }
        String wanted = "write one such as 500kbit, 100mbit or 1gbit (bits a second), or 0 for no limit";
        long bits = number(text, BITS, what, wanted);
        if (bits != 0 && (bits < LEAST || bits > MOST)) {
            throw new IllegalArgumentException("%s \"%s\" is not from 8kbit to 10tbit".formatted(what, text));
        }
        return bits;
    }

    private static long burst(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return 0;
        }
        long bytes = number(text, BYTES, "net-burst", "write one such as 64k or 1m (bytes)");
        if (bytes != 0 && (bytes < LEAST_BURST || bytes > MOST_BURST)) {
            throw new IllegalArgumentException(
                    "net-burst \"%s\" is not from 1600 bytes, one packet, to 1g".formatted(text));
        }
        return bytes;
    }

    private static long number(String text, Map<String, Long> units, String what, String wanted) {
        Matcher parts = NUMBER.matcher(text.strip().toLowerCase(Locale.ROOT));
        Long unit = parts.matches() ? units.get(parts.group(2)) : null;
        if (unit == null) {
            throw new IllegalArgumentException("invalid %s \"%s\": %s".formatted(what, text, wanted));
        }
        BigDecimal number = new BigDecimal(parts.group(1)).multiply(BigDecimal.valueOf(unit));
        return number.setScale(0, RoundingMode.HALF_UP)
                .min(BigDecimal.valueOf(Long.MAX_VALUE))
                .longValue();
    }

    /** Whether there is no limit at all. */
    public boolean none() {
        return in == 0 && out == 0;
    }
}
