package ondol.engine.spec;

import java.util.Locale;
import ondol.engine.EngineException;

/** Amounts of bytes as people write them: {@code 10m}, {@code 1.5g}, {@code 64k}, {@code 100}. */
public final class Sizes {
    private static final String UNITS = "bkmgt";

    private Sizes() {}

    /** @throws EngineException {@code INVALID} */
    public static long parse(String text) {
        String plain = text.strip().toLowerCase(Locale.ROOT);
        if (plain.endsWith("ib")) {
            plain = plain.substring(0, plain.length() - 2);
        } else if (plain.endsWith("b") && plain.length() > 1) {
            plain = plain.substring(0, plain.length() - 1);
        }
        int unit = plain.isEmpty() ? -1 : UNITS.indexOf(plain.charAt(plain.length() - 1));
        String number = unit < 0 ? plain : plain.substring(0, plain.length() - 1);
        try {
            double amount = Double.parseDouble(number);
            if (amount < 0 || Double.isNaN(amount) || amount > Long.MAX_VALUE >> 10 * Math.max(0, unit)) {
                throw new NumberFormatException(number);
            }
            return (long) (amount * (1L << 10 * Math.max(0, unit)));
        } catch (NumberFormatException e) {
            throw EngineException.invalid("invalid size: '%s'; write it as 10m or 1g".formatted(text));
        }
    }
}
