package ondol.docker;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import ondol.engine.Engine;
import ondol.engine.EngineInfo;
import ondol.engine.Meter;
import ondol.engine.Tenants;
import ondol.engine.Usage;

/** The meter's figures as Prometheus reads them: counters since the engine was opened, by tenant; no containers' names. */
final class Metrics {
    private static final PrometheusTextFormatWriter WRITER = PrometheusTextFormatWriter.create();

    /** The media type. */
    static final String TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private static final double NANOS = 1e9;
    private static final double MIB_MILLIS = 1000.0 / (1 << 20);

    private Metrics() {}

    static byte[] text(Engine engine) {
        List<MetricSnapshot> all = new ArrayList<>();
        counters(engine.meter().totals(), all);
        tenants(engine.tenants(), all);
        pressure(engine.meter().pressure(), all);
        EngineInfo info = engine.info();
        all.add(GaugeSnapshot.builder()
                .name("ondol_containers")
                .help("Containers by state")
                .dataPoint(gauge(Labels.of("state", "running"), info.running()))
                .dataPoint(gauge(Labels.of("state", "paused"), info.paused()))
                .dataPoint(gauge(Labels.of("state", "stopped"), info.stopped()))
                .build());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            WRITER.write(bytes, new MetricSnapshots(all));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void counters(List<Meter.Row> rows, List<MetricSnapshot> to) {
        to.add(counter("cpu_seconds", "Processor time", rows, used -> used.cpuNanos() / NANOS));
        to.add(counter("throttled_seconds", "Time held back by --cpus", rows, used -> used.throttledNanos() / NANOS));
        to.add(counter("memory_byte_seconds", "Memory over time", rows, used -> used.memoryMibMillis() / MIB_MILLIS));
        to.add(counter("disk_byte_seconds", "Disk over time", rows, used -> used.diskMibMillis() / MIB_MILLIS));
        to.add(counter("read_bytes", "Read from block devices", rows, Usage::readBytes));
        to.add(counter("written_bytes", "Written to block devices", rows, Usage::writeBytes));
        to.add(counter("read_operations", "Reads of block devices", rows, Usage::reads));
        to.add(counter("write_operations", "Writes to block devices", rows, Usage::writes));
        to.add(counter("received_bytes", "Received from the network", rows, Usage::receivedBytes));
        to.add(counter("sent_bytes", "Sent to the network", rows, Usage::sentBytes));
        to.add(counter("starts", "Containers started", rows, Usage::starts));
        to.add(counter("oom_kills", "Processes killed for want of memory", rows, Usage::oomKills));
    }

    private static CounterSnapshot counter(
            String name, String help, List<Meter.Row> rows, ToDoubleFunction<Usage> figure) {
        CounterSnapshot.Builder counter =
                CounterSnapshot.builder().name("ondol_" + name).help(help);
        for (Meter.Row row : rows) {
            counter.dataPoint(CounterDataPointSnapshot.builder()
                    .labels(tenant(row.tenant()))
                    .value(figure.applyAsDouble(row.used()))
                    .build());
        }
        return counter.build();
    }

    private static Labels tenant(@org.jspecify.annotations.Nullable String name) {
        return Labels.of("tenant", Objects.requireNonNullElse(name, ""));
    }

    private static void tenants(Tenants tenants, List<MetricSnapshot> to) {
        GaugeSnapshot.Builder running =
                GaugeSnapshot.builder().name("ondol_tenant_running_containers").help("Containers of a tenant that run");
        GaugeSnapshot.Builder memory =
                GaugeSnapshot.builder().name("ondol_tenant_memory_bytes").help("Memory of a tenant now");
        GaugeSnapshot.Builder pids =
                GaugeSnapshot.builder().name("ondol_tenant_pids").help("Processes and threads of a tenant now");
        for (Tenants.Tenant tenant : tenants.list()) {
            Tenants.Now now = tenants.now(tenant.name());
            running.dataPoint(gauge(tenant(tenant.name()), now.running()));
            memory.dataPoint(gauge(tenant(tenant.name()), now.memory()));
            pids.dataPoint(gauge(tenant(tenant.name()), now.pids()));
        }
        to.add(running.build());
        to.add(memory.build());
        to.add(pids.build());
    }

    private static void pressure(List<Meter.Pressure> pressures, List<MetricSnapshot> to) {
        GaugeSnapshot.Builder waiting = GaugeSnapshot.builder()
                .name("ondol_pressure_ratio")
                .help("Part of the last ten seconds in which some work waited; without a tenant, of the machine");
        for (Meter.Pressure each : pressures) {
            waiting.dataPoint(gauge(tenant(each.tenant()).add("resource", "cpu"), each.cpu() / 100));
            waiting.dataPoint(gauge(tenant(each.tenant()).add("resource", "memory"), each.memory() / 100));
            waiting.dataPoint(gauge(tenant(each.tenant()).add("resource", "io"), each.io() / 100));
        }
        to.add(waiting.build());
    }

    private static GaugeDataPointSnapshot gauge(Labels labels, double value) {
        return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
    }
}
