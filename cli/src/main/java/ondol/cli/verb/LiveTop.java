package ondol.cli.verb;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.json.Json;
import ondol.cli.text.Table;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** Who uses what now: from one look at the meter to the next, what each container and tenant used in between. */
final class LiveTop {
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final int HISTORY = 20;

    private final boolean tenantsOnly;
    private final Map<String, Deque<Double>> history = new HashMap<>();
    private @Nullable Object before;

    LiveTop(boolean tenantsOnly) {
        this.tenantsOnly = tenantsOnly;
    }

    /** One line: a container, or a tenant with the sum of its containers. */
    private static final class Line {
        private final String tenant;
        private final String name;
        private double cpu; // processors
        private long memory;
        private long pids;
        private double read; // bytes in a second
        private double written;
        private double received;
        private double sent;

        private Line(String tenant, String name) {
            this.tenant = tenant;
            this.name = name;
        }

        private void add(Line other) {
            cpu += other.cpu;
            memory += other.memory;
            pids += other.pids;
            read += other.read;
            written += other.written;
            received += other.received;
            sent += other.sent;
        }
    }

    /** The lines of a screen: each tenant, the busiest first, and below it its containers. Empty for the first look. */
    List<String> look(Object now) {
        Object earlier = before;
        before = now;
        if (earlier == null) return List.of();
        Map<String, Object> used = new HashMap<>();
        for (Object each : Json.list(Json.map(earlier).get("Containers")))
            if (each != null) used.put(Json.text(each, "Container"), each);
        double seconds = (Json.number(now, "Nanos") - Json.number(earlier, "Nanos")) / 1e9;
        Map<String, Line> tenants = new TreeMap<>();
        Map<String, List<Line>> containers = new HashMap<>();
        for (Object each : Json.list(Json.map(now).get("Containers"))) {
            Line line = line(each, used.get(Json.text(each, "Container")), seconds);
            tenants.computeIfAbsent(line.tenant, name -> new Line(name, "")).add(line);
            containers.computeIfAbsent(line.tenant, _ -> new ArrayList<>()).add(line);
        }
        Map<String, Object> pressure = new HashMap<>();
        for (Object each : Json.list(Json.map(now).get("Pressure")))
            if (each != null) pressure.put(Json.text(each, "Tenant"), each);
        return lines(tenants, containers, pressure);
    }

    private static Line line(@Nullable Object now, @Nullable Object earlier, double seconds) {
        Line line = new Line(Json.text(now, "Tenant"), Json.text(now, "Name"));
        line.memory = Json.number(now, "Memory");
        line.pids = Json.number(now, "Pids");
        if (earlier == null || seconds <= 0) return line;
        line.cpu = rate(now, earlier, "CpuNanos", seconds) / 1e9;
        line.read = rate(now, earlier, "ReadBytes", seconds);
        line.written = rate(now, earlier, "WriteBytes", seconds);
        line.received = rate(now, earlier, "ReceivedBytes", seconds);
        line.sent = rate(now, earlier, "SentBytes", seconds);
        return line;
    }

    private static double rate(@Nullable Object now, Object earlier, String figure, double seconds) {
        long more = Json.number(Json.map(now).get("Used"), figure)
                - Json.number(Json.map(earlier).get("Used"), figure);
        return Math.max(0, more) / seconds;
    }

    private List<String> lines(
            Map<String, Line> tenants, Map<String, List<Line>> containers, Map<String, Object> pressure) {
        Comparator<Line> busiest = Comparator.comparingDouble((Line line) -> -line.cpu)
                .thenComparingLong(line -> -line.memory)
                .thenComparing(line -> line.name);
        Table table = new Table();
        table.row(
                "TENANT",
                "NAME",
                "CPU %",
                "",
                "MEMORY",
                "PIDS",
                "READ/S",
                "WRITTEN/S",
                "NET IN/S",
                "NET OUT/S",
                "WAITS %");
        for (Line tenant : tenants.values().stream().sorted(busiest).toList()) {
            row(table, tenant, pressure.get(tenant.tenant), "");
            if (tenantsOnly) continue;
            for (Line container : containers.getOrDefault(tenant.tenant, List.of()).stream()
                    .sorted(busiest)
                    .toList()) row(table, container, null, "  ");
        }
        return List.of(table.toString().stripTrailing().split("\n"));
    }

    private void row(Table table, Line line, @Nullable Object pressure, String indent) {
        String waits = pressure == null
                ? ""
                : "cpu " + decimal(pressure, "Cpu") + " mem " + decimal(pressure, "Memory") + " io "
                        + decimal(pressure, "Io");
        table.row(
                indent + (line.tenant.isEmpty() ? "-" : line.tenant),
                line.name,
                String.format(java.util.Locale.ROOT, "%.1f", line.cpu * 100),
                sparkline(line.tenant + "/" + line.name, line.cpu),
                Units.binarySize(line.memory),
                Long.toString(line.pids),
                Units.size(line.read),
                Units.size(line.written),
                Units.size(line.received),
                Units.size(line.sent),
                waits);
    }

    private static String decimal(Object pressure, String name) {
        return String.valueOf(Json.map(pressure).get(name));
    }

    private String sparkline(String key, double cpu) {
        Deque<Double> values = history.computeIfAbsent(key, _ -> new ArrayDeque<>());
        values.add(cpu);
        if (values.size() > HISTORY) values.remove();
        double most = 1;
        for (double value : values) most = Math.max(most, value);
        StringBuilder line = new StringBuilder();
        for (double value : values)
            line.append(BARS.charAt((int) Math.min(BARS.length() - 1, value / most * BARS.length())));
        return line.toString();
    }
}
