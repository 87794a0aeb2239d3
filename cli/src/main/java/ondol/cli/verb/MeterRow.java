package ondol.cli.verb;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.json.Json;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** A sum of the meter as a line of a table: by column, for people and for programs. */
record MeterRow(@Nullable Object json, String by, @Nullable Prices prices) {
    private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);
    private static final BigDecimal MIB_MILLIS_PER_GIB_HOUR = BigDecimal.valueOf(1024L * 3_600_000);

    /** The columns of a table. */
    static List<String> columns(String by, @Nullable Prices prices) {
        List<String> columns = new ArrayList<>(List.of("TENANT"));
        switch (by) {
            case "container" -> columns.addAll(List.of("CONTAINER", "NAME"));
            case "day", "hour" -> columns.add("FROM");
            default -> {}
        }
        columns.addAll(List.of(
                "CPU S",
                "MEMORY GIB-H",
                "DISK GIB-H",
                "READ",
                "WRITTEN",
                "IO OPS",
                "NET IN",
                "NET OUT",
                "STARTS",
                "THROTTLED S",
                "OOM KILLS"));
        if (prices != null) columns.add("COST " + prices.currency());
        return columns;
    }

    /** A column's name as one word. */
    static String word(String column) {
        return column.toLowerCase(java.util.Locale.ROOT).replace(' ', '_').replace('-', '_');
    }

    private long used(String figure) {
        return Json.number(Json.map(json).get("Used"), figure);
    }

    private String text(String name, String otherwise) {
        String text = Json.text(json, name);
        return text.isEmpty() ? otherwise : text;
    }

    BigDecimal cpuSeconds() {
        return BigDecimal.valueOf(used("CpuNanos")).divide(NANOS);
    }

    BigDecimal gibHours(String figure) {
        return BigDecimal.valueOf(used(figure)).divide(MIB_MILLIS_PER_GIB_HOUR, 12, RoundingMode.HALF_EVEN);
    }

    /** What all of it costs, to the millionth. */
    BigDecimal cost() {
        if (prices == null) return BigDecimal.ZERO;
        BigDecimal hours = cpuSeconds().divide(BigDecimal.valueOf(3600), 12, RoundingMode.HALF_EVEN);
        return prices.of("cpu-hour", hours)
                .add(prices.of("memory-gib-hour", gibHours("MemoryMibMillis")))
                .add(prices.of("disk-gib-hour", gibHours("DiskMibMillis")))
                .add(prices.of("read-gib", gib("ReadBytes")))
                .add(prices.of("write-gib", gib("WriteBytes")))
                .add(prices.of("million-io", BigDecimal.valueOf(used("Reads") + used("Writes"), 6)))
                .add(prices.of("received-gib", gib("ReceivedBytes")))
                .add(prices.of("sent-gib", gib("SentBytes")))
                .add(prices.of("start", BigDecimal.valueOf(used("Starts"))))
                .setScale(6, RoundingMode.HALF_EVEN);
    }

    private BigDecimal gib(String figure) {
        return BigDecimal.valueOf(used(figure)).divide(BigDecimal.valueOf(1L << 30), 12, RoundingMode.HALF_EVEN);
    }

    /** A value as people read it. */
    String shown(String column) {
        return switch (column) {
            case "CONTAINER" -> {
                String id = Json.text(json, "Container");
                yield id.isEmpty() ? "-" : id.substring(0, Math.min(12, id.length()));
            }
            case "CPU S" -> cpuSeconds().setScale(3, RoundingMode.HALF_EVEN).toPlainString();
            case "THROTTLED S" ->
                BigDecimal.valueOf(used("ThrottledNanos"))
                        .divide(NANOS)
                        .setScale(3, RoundingMode.HALF_EVEN)
                        .toPlainString();
            case "MEMORY GIB-H" ->
                gibHours("MemoryMibMillis").setScale(6, RoundingMode.HALF_EVEN).toPlainString();
            case "DISK GIB-H" ->
                gibHours("DiskMibMillis").setScale(6, RoundingMode.HALF_EVEN).toPlainString();
            case "READ" -> Units.size(used("ReadBytes"));
            case "WRITTEN" -> Units.size(used("WriteBytes"));
            case "NET IN" -> Units.size(used("ReceivedBytes"));
            case "NET OUT" -> Units.size(used("SentBytes"));
            default -> exact(column);
        };
    }

    /** A value as programs read it: seconds, GiB-hours and bytes, with all digits. */
    String exact(String column) {
        return switch (column) {
            case "TENANT" -> text("Tenant", "-");
            case "CONTAINER" -> text("Container", "-");
            case "NAME" -> text("Name", "-");
            case "FROM" -> Json.text(json, "From");
            case "CPU S" -> cpuSeconds().toPlainString();
            case "THROTTLED S" ->
                BigDecimal.valueOf(used("ThrottledNanos")).divide(NANOS).toPlainString();
            case "MEMORY GIB-H" -> gibHours("MemoryMibMillis").toPlainString();
            case "DISK GIB-H" -> gibHours("DiskMibMillis").toPlainString();
            case "READ" -> Long.toString(used("ReadBytes"));
            case "WRITTEN" -> Long.toString(used("WriteBytes"));
            case "IO OPS" -> Long.toString(used("Reads") + used("Writes"));
            case "NET IN" -> Long.toString(used("ReceivedBytes"));
            case "NET OUT" -> Long.toString(used("SentBytes"));
            case "STARTS" -> Long.toString(used("Starts"));
            case "OOM KILLS" -> Long.toString(used("OomKills"));
            default -> cost().toPlainString();
        };
    }
}
