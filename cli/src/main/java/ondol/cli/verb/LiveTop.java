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
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** Who uses what now: from one look at the meter to the next, what each container and tenant used in between. */
final class LiveTop {
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final int HISTORY = 20;
    private static final int SHORT_HISTORY = 8;
    private static final int LONGEST_NAME = 24;
    private static final int GAP = 2;
    private static final int WIDE = 120;

    /** Columns that a narrow screen goes without, the first one first; the last resort are cut names. */
    private static final List<String> SPARED =
            List.of("WAITS %", "READ/S", "WRITTEN/S", "", "NET IN/S", "NET OUT/S", "PIDS", "MEMORY");

    private static final String[] HEADS = {
        "TENANT", "NAME", "CPU %", "", "MEMORY", "PIDS", "READ/S", "WRITTEN/S", "NET IN/S", "NET OUT/S", "WAITS %"
    };

    private static final Comparator<Line> BUSIEST = Comparator.comparingDouble((Line line) -> -line.cpu)
            .thenComparingLong(line -> -line.memory)
            .thenComparing(line -> line.tenant)
            .thenComparing(line -> line.name);

    /** What lines can be sorted by, and the key for each. */
    private enum Order {
        CPU('c', "CPU", BUSIEST),
        MEMORY(
                'm',
                "memory",
                Comparator.comparingLong((Line line) -> -line.memory).thenComparing(BUSIEST)),
        PIDS(
                'p',
                "processes",
                Comparator.comparingLong((Line line) -> -line.pids).thenComparing(BUSIEST)),
        DISK(
                'd',
                "disk",
                Comparator.comparingDouble((Line line) -> -line.read - line.written)
                        .thenComparing(BUSIEST)),
        NETWORK(
                'n',
                "network",
                Comparator.comparingDouble((Line line) -> -line.received - line.sent)
                        .thenComparing(BUSIEST));

        private final char key;
        private final String word;
        private final Comparator<Line> comparator;

        Order(char key, String word, Comparator<Line> comparator) {
            this.key = key;
            this.word = word;
            this.comparator = comparator;
        }
    }

    private final boolean tenantsOnly;
    private final Map<String, Deque<Double>> history = new HashMap<>();
    private Order order = Order.CPU;
    private @Nullable Object before;
    private Map<String, Line> tenants = Map.of();
    private Map<String, List<Line>> containers = Map.of();
    private Map<String, Object> pressure = Map.of();

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

        /** Its key in the history. */
        private String key() {
            return tenant + "/" + name;
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

    /** Sees who runs, and what each used since the last look: nothing at the first one. */
    void look(Object now) {
        Object earlier = before;
        before = now;
        Map<String, Object> used = new HashMap<>();
        if (earlier != null)
            for (Object each : Json.list(Json.map(earlier).get("Containers")))
                if (each != null) used.put(Json.text(each, "Container"), each);
        double seconds = earlier == null ? 0 : (Json.number(now, "Nanos") - Json.number(earlier, "Nanos")) / 1e9;
        tenants = new TreeMap<>();
        containers = new HashMap<>();
        for (Object each : Json.list(Json.map(now).get("Containers"))) {
            Line line = line(each, used.get(Json.text(each, "Container")), seconds);
            tenants.computeIfAbsent(line.tenant, name -> new Line(name, "")).add(line);
            containers.computeIfAbsent(line.tenant, _ -> new ArrayList<>()).add(line);
        }
        pressure = new HashMap<>();
        for (Object each : Json.list(Json.map(now).get("Pressure")))
            if (each != null) pressure.put(Json.text(each, "Tenant"), each);
        if (earlier != null) remember();
    }

    private void remember() {
        Map<String, Deque<Double>> seen = new HashMap<>();
        tenants.values().forEach(line -> remember(line, seen));
        containers.values().forEach(lines -> lines.forEach(line -> remember(line, seen)));
        history.keySet().retainAll(seen.keySet());
        history.putAll(seen);
    }

    private void remember(Line line, Map<String, Deque<Double>> seen) {
        Deque<Double> values = history.getOrDefault(line.key(), new ArrayDeque<>());
        values.add(line.cpu);
        if (values.size() > HISTORY) values.remove();
        seen.put(line.key(), values);
    }

    /** Sorts by what the key stands for; whether it stands for anything. */
    boolean key(int key) {
        for (Order one : Order.values()) {
            if (one.key == key) {
                order = one;
                return true;
            }
        }
        return false;
    }

    /** What keys there are, and by what it is sorted now. */
    String keys() {
        StringBuilder keys = new StringBuilder("sorted by ").append(order.word).append("; ");
        for (Order one : Order.values())
            if (one != order) keys.append(one.key).append(' ').append(one.word).append(", ");
        return keys.append("q quits").toString();
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

    /**
     * The lines of a screen: each tenant, the busiest first, and below it its containers.
     *
     * @param columns that the screen has
     */
    List<String> lines(int columns) {
        List<String[]> rows = new ArrayList<>();
        rows.add(HEADS);
        for (Line tenant : tenants.values().stream().sorted(order.comparator).toList()) {
            row(rows, tenant, pressure.get(tenant.tenant), "", columns);
            if (tenantsOnly) continue;
            for (Line container : containers.getOrDefault(tenant.tenant, List.of()).stream()
                    .sorted(order.comparator)
                    .toList()) row(rows, container, null, "  ", columns);
        }
        return fit(rows, columns);
    }

    /** Leaves columns out until a line has room on the screen. */
    private static List<String> fit(List<String[]> rows, int columns) {
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < HEADS.length; i++) shown.add(i);
        for (String spared : SPARED) {
            if (width(rows, shown) <= columns) break;
            shown.removeIf(i -> HEADS[i].equals(spared));
        }
        List<String> lines = new ArrayList<>();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i : shown) {
                String cell = row[i];
                int room = width(rows, i);
                boolean text = HEADS[i].equals("TENANT") || HEADS[i].equals("NAME") || HEADS[i].equals("WAITS %");
                String blanks = " ".repeat(room - length(cell));
                line.append(text ? cell + blanks : blanks + cell).append(" ".repeat(GAP));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static int width(List<String[]> rows, List<Integer> shown) {
        return shown.stream().mapToInt(i -> width(rows, i) + GAP).sum() - GAP;
    }

    private static int width(List<String[]> rows, int column) {
        return rows.stream().mapToInt(row -> length(row[column])).max().orElse(0);
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }

    private static String cut(String name) {
        return length(name) <= LONGEST_NAME
                ? name
                : name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME - 1)) + "…";
    }

    private void row(List<String[]> rows, Line line, @Nullable Object pressure, String indent, int columns) {
        String waits = pressure == null
                ? ""
                : "cpu " + decimal(pressure, "Cpu") + " mem " + decimal(pressure, "Memory") + " io "
                        + decimal(pressure, "Io");
        rows.add(new String[] {
            indent + cut(line.tenant.isEmpty() ? "-" : line.tenant),
            cut(line.name),
            String.format(java.util.Locale.ROOT, "%.1f", line.cpu * 100),
            sparkline(line.key(), columns),
            Units.binarySize(line.memory),
            Long.toString(line.pids),
            Units.size(line.read),
            Units.size(line.written),
            Units.size(line.received),
            Units.size(line.sent),
            waits
        });
    }

    private static String decimal(Object pressure, String name) {
        return String.valueOf(Json.map(pressure).get(name));
    }

    /** The last seconds' processor time; as high as the box is one processor, or the most that there was. */
    private String sparkline(String key, int columns) {
        Deque<Double> values = history.getOrDefault(key, new ArrayDeque<>());
        double most = 1;
        for (double value : values) most = Math.max(most, value);
        StringBuilder line = new StringBuilder();
        int skipped = columns < WIDE ? Math.max(0, values.size() - SHORT_HISTORY) : 0;
        for (double value : values)
            if (skipped-- <= 0)
                line.append(BARS.charAt((int) Math.min(BARS.length() - 1, value / most * BARS.length())));
        return line.toString();
    }
}
