package ondol.engine.local;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.engine.Meter.Row;
import ondol.engine.Usage;
import org.jspecify.annotations.Nullable;

/** Sums of tenants since the engine was opened. The empty name stands for containers without a tenant. */
final class MeterTotals {
    private final Instant since;
    private final Map<String, Usage> sums = new TreeMap<>(); // guarded by this

    MeterTotals() {
        this(Instant.now());
    }

    private MeterTotals(Instant since) {
        this.since = since;
    }

    synchronized void add(@Nullable String tenant, Usage used) {
        sums.merge(tenant == null ? "" : tenant, used, Usage::plus);
    }

    synchronized MeterTotals copy() {
        MeterTotals copy = new MeterTotals(since);
        copy.sums.putAll(sums);
        return copy;
    }

    synchronized List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        Instant now = Instant.now();
        sums.forEach(
                (tenant, used) -> rows.add(new Row(tenant.isEmpty() ? null : tenant, null, null, since, now, used)));
        return rows;
    }
}
