package ondol.oci.runtime;

import io.avaje.json.JsonReader;
import io.avaje.json.JsonWriter;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Unsigned 64-bit numbers in JSON, held in a {@code long}. */
final class Unsigned {
    private static final BigInteger MAX = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final BigInteger MIN = BigInteger.ONE.negate();
    private static final int MOST_DIGITS = 20;

    private Unsigned() {}

    /** Reads 0 to 2^64-1, and -1 for the same as 2^64-1. */
    static long read(JsonReader reader) {
        BigDecimal number = reader.readDecimal();
        if (number.scale() <= 0 && number.precision() - number.scale() <= MOST_DIGITS) {
            BigInteger whole = number.toBigInteger();
            if (whole.compareTo(MIN) >= 0 && whole.compareTo(MAX) <= 0) {
                return whole.longValue();
            }
        }
        throw new IllegalArgumentException(
                "The number at " + reader.location() + " has to be a whole one from 0 to " + MAX);
    }

    static void write(JsonWriter writer, long value) {
        if (value >= 0) {
            writer.value(value);
        } else {
            writer.value(new BigInteger(Long.toUnsignedString(value)));
        }
    }
}
