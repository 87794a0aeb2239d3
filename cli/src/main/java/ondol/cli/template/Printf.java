package ondol.cli.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import ondol.cli.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/** The verbs of Go's {@code printf} that make sense in a template: {@code %s %v %d %q %t %x %f %c %%} with width and precision. */
final class Printf {
    private static final int WIDTH = 1000;

    private Printf() {}

    static String format(String format, List<@Nullable Object> arguments) {
        StringBuilder out = new StringBuilder();
        int next = 0;
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at++);
            if (c != '%') {
                out.append(c);
                continue;
            }
            int start = at;
            while (at < format.length() && "+-# 0123456789.".indexOf(format.charAt(at)) >= 0) at++;
            if (at == format.length()) return out.append("%!(NOVERB)").toString();
            String flags = format.substring(start, at);
            char verb = format.charAt(at++);
            if (verb == '%') out.append('%');
            else if (next == arguments.size()) out.append("%!").append(verb).append("(MISSING)");
            else out.append(padded(flags, value(verb, flags, arguments.get(next++))));
        }
        return out.toString();
    }

    private static String value(char verb, String flags, @Nullable Object value) {
        int dot = flags.indexOf('.');
        int precision = dot < 0 ? -1 : integer(flags.substring(dot + 1));
        return switch (verb) {
            case 's', 'v' -> {
                String text = value == null ? (verb == 'v' ? "<nil>" : "%!s(<nil>)") : Functions.text(value);
                yield precision >= 0 && precision < text.length() ? text.substring(0, precision) : text;
            }
            case 'd', 't', 'c' -> Functions.text(value);
            case 'q' -> JsonWriter.text(Functions.text(value));
            case 'x' -> value instanceof Long number ? Long.toHexString(number) : hex(Functions.text(value));
            case 'f' ->
                value instanceof Number number
                        ? new BigDecimal(number.toString())
                                .setScale(precision < 0 ? 6 : Math.min(precision, WIDTH), RoundingMode.HALF_EVEN)
                                .toPlainString()
                        : "%!f(" + Functions.text(value) + ")";
            default -> "%!" + verb + "(" + Functions.text(value) + ")";
        };
    }

    private static String hex(String text) {
        return java.util.HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static int integer(String digits) {
        try {
            return digits.isEmpty() ? 0 : Math.min(WIDTH, Integer.parseInt(digits));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String padded(String flags, String text) {
        int dot = flags.indexOf('.');
        String width = dot < 0 ? flags : flags.substring(0, dot);
        boolean left = width.indexOf('-') >= 0;
        int from = 0;
        while (from < width.length() && "+-# 0".indexOf(width.charAt(from)) >= 0) from++;
        boolean zeros = !left && width.substring(0, from).indexOf('0') >= 0;
        int missing = integer(width.substring(from)) - text.length();
        if (missing <= 0) return text;
        String fill = (zeros ? "0" : " ").repeat(missing);
        return left ? text + fill : fill + text;
    }
}
