package ondol.engine.local;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ondol.engine.Meter.Grain;
import ondol.engine.Meter.Query;
import ondol.engine.Meter.Row;
import ondol.engine.Usage;
import ondol.engine.meter.LedgerLine;
import org.jspecify.annotations.Nullable;

/** Adds the ledger's lines up to the rows of one answer. */
final class MeterSums {
    private static final long HOUR = 3_600_000;
    private static final long FOREVER = Long.MAX_VALUE / 4;

    private final Query query;
    private final long since;
    private final long until;
    private final Map<Key, Sum> sums = new HashMap<>();

    private record Key(@Nullable String tenant, String container, long bucket) {}

    private static final class Sum {
        private String name = "";
        private long from = FOREVER;
        private long until;
        private Usage used = Usage.NONE;
    }

    /** @param now milliseconds since 1970 */
    MeterSums(Query query, long now) {
        this.query = query;
        this.since = query.since() == null ? 0 : query.since().toEpochMilli();
        this.until = query.until() == null ? now + HOUR : query.until().toEpochMilli(); // clocks are put back
    }

    /** Milliseconds since 1970. */
    long since() {
        return since;
    }

    /** Milliseconds since 1970. */
    long until() {
        return until;
    }

    void add(LedgerLine line) {
        if (query.tenant() != null && !query.tenant().equals(line.tenant())) {
            return;
        }
        long grain = switch (query.by()) {
            case HOUR -> HOUR;
            case DAY -> 24 * HOUR;
            case TENANT, CONTAINER -> FOREVER;
        };
        long bucket = grain == FOREVER
                ? 0
                : Math.floorDiv(Math.max(since, Math.min(line.from(), line.until())), grain) * grain;
        for (; bucket <= line.until() && bucket < until; bucket += grain) {
            add(line, Math.max(since, bucket), Math.min(until, bucket + grain), bucket);
        }
    }

    private void add(LedgerLine line, long from, long before, long bucket) {
        Usage part = line.between(from, before);
        if (part.equals(Usage.NONE)) {
            return;
        }
        boolean several = query.by() != Grain.CONTAINER || TenantMeters.isOwn(line.container());
        String container = several ? "" : line.container();
        Sum sum = sums.computeIfAbsent(new Key(line.tenant(), container, bucket), _ -> new Sum());
        sum.used = sum.used.plus(part);
        sum.from = Math.min(sum.from, Math.max(from, line.from()));
        sum.until = Math.max(sum.until, Math.min(before, line.until()));
        sum.name = container.isEmpty() ? "" : line.name();
    }

    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        boolean buckets = query.by() == Grain.DAY || query.by() == Grain.HOUR;
        long grain = query.by() == Grain.DAY ? 24 * HOUR : HOUR;
        sums.forEach((key, sum) -> rows.add(new Row(
                key.tenant(),
                key.container().isEmpty() ? null : key.container(),
                sum.name.isEmpty() ? null : sum.name,
                Instant.ofEpochMilli(buckets ? key.bucket() : sum.from),
                Instant.ofEpochMilli(buckets ? key.bucket() + grain : sum.until),
                sum.used)));
        rows.sort(Comparator.comparing((Row row) -> row.tenant() == null ? "" : row.tenant())
                .thenComparing(Row::from)
                .thenComparing(row -> row.container() == null ? "" : row.container()));
        return rows;
    }
}
