package ondol.cli.text;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Sizes and counts, read and written as Docker's command does it. */
public final class Units {
    private static final String[] DECIMAL = {"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};

    private Units() {}

    /** A size in decimal units with three digits: {@code 1.98MB}. */
    public static String size(double bytes) {
        return scaled(bytes, 1000, DECIMAL, 3);
    }

    /** A size in binary units with four digits: {@code 23.51GiB}. */
    public static String binarySize(double bytes) {
        return scaled(bytes, 1024, BINARY, 4);
    }

    /** A size in decimal units with {@code digits} digits. */
    public static String size(double bytes, int digits) {
        return scaled(bytes, 1000, DECIMAL, digits);
    }

    private static String scaled(double size, double base, String[] units, int digits) {
        int unit = 0;
        while (size >= base && unit < units.length - 1) {
            size /= base;
            unit++;
        }
        return general(size, digits) + units[unit];
    }

    /** A number as C's {@code %.<digits>g} prints it. */
    public static String general(double value, int digits) {
        if (value == 0) return "0";
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < digits) {
            BigDecimal plain = rounded.stripTrailingZeros();
            return plain.toPlainString();
        }
        BigDecimal mantissa = rounded.movePointLeft(exponent).stripTrailingZeros();
        String sign = exponent < 0 ? "-" : "+";
        int size = Math.abs(exponent);
        return mantissa.toPlainString() + "e" + sign + (size < 10 ? "0" : "") + size;
    }

    /**
     * Reads a size: a number with an optional unit, always in powers of 1024 ({@code 512m}, {@code 1.5 GB}, {@code 10kib}).
     *
     * @throws IllegalArgumentException in Docker's words
     */
    public static long bytes(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) < '0' || text.charAt(end - 1) > '9') && text.charAt(end - 1) != '.')
            end--;
        if (end == 0) throw new IllegalArgumentException("invalid size: '" + text + "'");
        String suffix = text.substring(end);
        if (suffix.startsWith(" ")) suffix = suffix.substring(1);
        double number;
        try {
            number = Double.parseDouble(text.substring(0, end));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("invalid size: '" + text + "'");
        }
        if (number < 0) throw new IllegalArgumentException("invalid size: '" + text + "'");
        double bytes = number * multiplier(suffix.toLowerCase(java.util.Locale.ROOT));
        if (bytes > Long.MAX_VALUE) throw new IllegalArgumentException("invalid size: '" + text + "'");
        return (long) bytes;
    }

    private static double multiplier(String suffix) {
        if (suffix.isEmpty() || suffix.equals("b")) return 1;
        int power = "kmgtp".indexOf(suffix.charAt(0)) + 1;
        String rest = suffix.substring(1);
        if (power == 0 || !(rest.isEmpty() || rest.equals("b") || rest.equals("ib")))
            throw new IllegalArgumentException("invalid suffix: '" + suffix + "'");
        double result = 1;
        for (int i = 0; i < power; i++) result *= 1024;
        return result;
    }

    /** Reads a number of CPUs as billionths: {@code 1.5} is 1500000000. */
    public static long nanoCpus(String text) {
        BigDecimal value;
        try {
            int slash = text.indexOf('/');
            value = slash < 0
                    ? new BigDecimal(text)
                    : new BigDecimal(text.substring(0, slash))
                            .divide(new BigDecimal(text.substring(slash + 1)), new MathContext(20));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("failed to parse " + text + " as a rational number");
        }
        try {
            return value.movePointRight(9).longValueExact();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("value is too precise");
        }
    }
}
