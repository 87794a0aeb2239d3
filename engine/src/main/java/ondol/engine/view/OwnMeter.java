package ondol.engine.view;

import java.util.List;
import ondol.engine.EngineException;
import ondol.engine.Meter;
import org.jspecify.annotations.Nullable;

/** What one tenant used. */
final class OwnMeter implements Meter {
    private final Meter meter;
    private final String tenant;

    OwnMeter(Meter meter, String tenant) {
        this.meter = meter;
        this.tenant = tenant;
    }

    private boolean isOwn(@Nullable String name) {
        return tenant.equals(name);
    }

    @Override
    public List<Row> read(Query query) {
        if (query.tenant() != null && !isOwn(query.tenant())) {
            throw EngineException.notFound("No such tenant: " + query.tenant());
        }
        return meter.read(new Query(tenant, query.since(), query.until(), query.by()));
    }

    @Override
    public List<Live> live() {
        return meter.live().stream().filter(live -> isOwn(live.tenant())).toList();
    }

    @Override
    public List<Row> totals() {
        return meter.totals().stream().filter(row -> isOwn(row.tenant())).toList();
    }

    @Override
    public List<Pressure> pressure() {
        return meter.pressure().stream().filter(each -> isOwn(each.tenant())).toList();
    }
}
