package ondol.image;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.image.dockerfile.Instruction;
import ondol.linux.Names;
import ondol.oci.image.HealthConfig;
import org.jspecify.annotations.Nullable;

/** A Dockerfile's {@code HEALTHCHECK [--interval=30s …] CMD …}, or {@code NONE}. */
final class HealthcheckLine {
    private static final Pattern OPTION = Pattern.compile("--([a-z-]+)=(\\S+)\\s*");
    private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|µs|ms|s|m|h)");
    private static final List<String> DURATIONS = List.of("interval", "timeout", "start-period", "start-interval");
    private static final long SHORTEST = 1_000_000;
    private static final int NINE_DIGITS = 9;

    private HealthcheckLine() {}

    /**
     * Reads what stands behind the word.
     *
     * @throws ImageException INVALID
     */
    static HealthConfig parse(String text) {
        if (text.equalsIgnoreCase("NONE")) {
            return new HealthConfig(List.of("NONE"), null, null, null, null, null);
        }
        Map<String, String> options = new HashMap<>();
        Matcher option = OPTION.matcher(text);
        int at = 0;
        while (option.find(at) && option.start() == at) {
            String name = option.group(1);
            if (!DURATIONS.contains(name) && !name.equals("retries")) {
                throw ImageException.invalid("HEALTHCHECK knows no --" + Names.printable(name));
            }
            options.put(name, option.group(2));
            at = option.end();
        }
        String[] words = text.substring(at).split("\\s+", 2);
        if (!words[0].equalsIgnoreCase("CMD") || words.length < 2 || words[1].isBlank()) {
            throw ImageException.invalid("HEALTHCHECK needs NONE, or CMD and a command");
        }
        return new HealthConfig(
                test(words[1].strip()),
                duration(options, "interval"),
                duration(options, "timeout"),
                duration(options, "start-period"),
                duration(options, "start-interval"),
                retries(options.get("retries")));
    }

    private static List<String> test(String text) {
        Instruction.Command command = Instruction.command(text);
        List<String> test = new ArrayList<>(List.of(command.shell() ? "CMD-SHELL" : "CMD"));
        test.addAll(command.words());
        return test;
    }

    private static @Nullable Integer retries(@Nullable String text) {
        if (text == null) {
            return null;
        }
        if (!text.chars().allMatch(Character::isDigit) || text.length() > NINE_DIGITS) {
            throw ImageException.invalid("--retries of HEALTHCHECK is no number of times: " + Names.printable(text));
        }
        return Integer.parseInt(text);
    }

    /** Nanoseconds of a Go duration such as {@code 1m30s}. */
    private static @Nullable Long duration(Map<String, String> options, String name) {
        String text = options.get(name);
        if (text == null) {
            return null;
        }
        BigDecimal sum = BigDecimal.ZERO;
        Matcher part = PART.matcher(text);
        int at = 0;
        while (part.find(at) && part.start() == at) {
            long unit = switch (part.group(2)) {
                case "h" -> 3600_000_000_000L;
                case "m" -> 60_000_000_000L;
                case "s" -> 1_000_000_000L;
                case "ms" -> 1_000_000L;
                case "ns" -> 1L;
                default -> 1000L;
            };
            sum = sum.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
            at = part.end();
        }
        boolean tooLong = sum.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0;
        if (text.equals("0")) {
            return 0L;
        }
        if (at < text.length() || tooLong || sum.compareTo(BigDecimal.valueOf(SHORTEST)) < 0) {
            throw ImageException.invalid(
                    "--%s of HEALTHCHECK is no duration of 1ms or more: %s".formatted(name, Names.printable(text)));
        }
        return sum.longValue();
    }
}
