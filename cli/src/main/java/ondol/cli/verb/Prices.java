package ondol.cli.verb;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.CliException;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** Prices per unit, from a file such as {@code {"currency": "EUR", "cpu-hour": "0.04", "memory-gib-hour": "0.005"}}. */
record Prices(String currency, Map<String, BigDecimal> units) {
    private static final long LARGEST = 1 << 20;

    /** The units that can have a price. */
    static final List<String> UNITS = List.of(
            "cpu-hour",
            "memory-gib-hour",
            "disk-gib-hour",
            "read-gib",
            "write-gib",
            "million-io",
            "received-gib",
            "sent-gib",
            "start");

    static Prices read(String file) {
        Map<String, @Nullable Object> entries;
        try {
            if (Files.size(Path.of(file)) > LARGEST)
                throw new CliException(file + " is too large for a file of prices");
            entries = Json.map(Json.parse(Files.readString(Path.of(file), StandardCharsets.UTF_8)));
        } catch (NoSuchFileException e) {
            throw new CliException("open " + file + ": no such file or directory");
        } catch (IOException | IllegalArgumentException e) {
            throw new CliException("cannot read the prices in " + file + ": " + e.getMessage());
        }
        Map<String, BigDecimal> units = new TreeMap<>();
        String currency = "";
        for (Map.Entry<String, @Nullable Object> entry : entries.entrySet()) {
            String value = String.valueOf(entry.getValue());
            if (entry.getKey().equals("currency")) currency = value;
            else units.put(entry.getKey(), price(file, entry.getKey(), value));
        }
        return new Prices(currency, units);
    }

    private static BigDecimal price(String file, String unit, String value) {
        if (!UNITS.contains(unit))
            throw new CliException(file + ": no unit \"" + unit + "\" has a price; say " + String.join(", ", UNITS));
        try {
            return new BigDecimal(value);
        } catch (NumberFormatException e) {
            throw new CliException(file + ": the price of " + unit + " is no number: " + value);
        }
    }

    /** The price of so many of a unit. */
    BigDecimal of(String unit, BigDecimal amount) {
        return units.getOrDefault(unit, BigDecimal.ZERO).multiply(amount);
    }
}
