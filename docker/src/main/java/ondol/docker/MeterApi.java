package ondol.docker;

import java.util.Locale;
import ondol.docker.json.MeterJson;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Meter;
import org.jspecify.annotations.Nullable;

/** What was used: sums of the ledger, what runs now, and figures for Prometheus. */
final class MeterApi {
    private final Engine engine;

    MeterApi(Engine engine) {
        this.engine = engine;
    }

    void addTo(Router router) {
        router.get("/ondol/meter", this::read)
                .get("/ondol/meter/live", this::live)
                .get("/metrics", this::metrics);
    }

    private void read(Call call) {
        Meter.Query query = new Meter.Query(
                call.query("tenant"),
                Times.parse(call.query("since")),
                Times.parse(call.query("until")),
                grain(call.query("by")));
        call.json(engine.meter().read(query).stream()
                .map(row -> new MeterJson.Row(
                        row.tenant(),
                        row.container(),
                        row.name(),
                        Times.rfc3339(row.from()),
                        Times.rfc3339(row.to()),
                        row.used()))
                .toList());
    }

    private static Meter.Grain grain(@Nullable String by) {
        try {
            return by == null ? Meter.Grain.TENANT : Meter.Grain.valueOf(by.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "by: \"" + by + "\": say tenant, container, day or hour", e);
        }
    }

    private void live(Call call) {
        call.json(new MeterJson.Live(
                System.nanoTime(),
                engine.meter().live().stream()
                        .map(live -> new MeterJson.Running(
                                live.tenant(), live.container(), live.name(), live.used(), live.memory(), live.pids()))
                        .toList(),
                engine.meter().pressure().stream()
                        .map(p -> new MeterJson.Pressure(p.tenant(), p.cpu(), p.memory(), p.io()))
                        .toList()));
    }

    private void metrics(Call call) {
        call.bytes(200, Metrics.TYPE, Metrics.text(engine));
    }
}
