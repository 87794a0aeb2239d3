package ondol.engine.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import ondol.engine.Meter.Pressure;
import ondol.engine.Tenants.Tenant;
import ondol.engine.Usage;
import ondol.engine.meter.LedgerLine;
import ondol.linux.cgroup.Cgroup;
import org.jspecify.annotations.Nullable;

/**
 * What is a tenant's own: the time that its {@code --cpus} held its containers back, and its disk over time. Counting a
 * disk takes long, so one tenant's at a time is counted, and not more than a five-hundredth of the time is spent on it.
 */
final class TenantMeters {
    private static final String OWN = "@";
    private static final long SELDOM = 500;
    private static final long LEAST_PAUSE = TimeUnit.SECONDS.toNanos(60);
    private static final double MIB = 1 << 20;
    private static final double NANOS_PER_MILLI = 1e6;

    private final LocalTenants tenants;
    private final Groups groups;
    private final TenantDisk disk;
    private final Map<String, Own> owns = new TreeMap<>(); // guarded by this
    private final List<LedgerLine> ended = new ArrayList<>(); // of tenants that are no more, guarded by this
    private long nextDisk; // by System.nanoTime, guarded by this
    private String lastDisk = ""; // whose disk was counted last, guarded by this

    /** One tenant's. */
    private static final class Own {
        private final String tenant;
        private final long run;
        private Usage written = Usage.NONE;
        private long from;
        private long throttledBefore; // of groups that are gone
        private long kernel; // of the group that is there
        private double sum; // disk over time
        private long bytes;
        private long nanos;
        private boolean counted;
        private boolean full; // as its disk was counted last

        private Own(String tenant, long run) {
            this.tenant = tenant;
            this.run = run;
            this.from = run / 1_000_000;
        }

        private Usage total() {
            return new Usage(0, throttledBefore + kernel, 0, Math.round(sum), 0, 0, 0, 0, 0, 0, 0, 0);
        }

        private LedgerLine line(long millis, boolean end) {
            Usage total = total();
            return new LedgerLine(
                    key(tenant),
                    run,
                    tenant,
                    "",
                    Math.min(from, millis),
                    millis,
                    end,
                    total.minus(written).figures(),
                    total.figures());
        }
    }

    TenantMeters(LocalTenants tenants, Groups groups, TenantDisk disk) {
        this.tenants = tenants;
        this.groups = groups;
        this.disk = disk;
    }

    /** The name that the ledger has for a tenant's own instead of a container's id. */
    static String key(String tenant) {
        return OWN + tenant;
    }

    /** Whether a line is a tenant's own. */
    static boolean isOwn(String container) {
        return container.startsWith(OWN);
    }

    /** The tenants that there are. */
    Set<String> names() {
        return runs().keySet();
    }

    /** Whether nothing is metered of any tenant. */
    synchronized boolean none() {
        return owns.isEmpty();
    }

    /** When each tenant began, nanoseconds since 1970. */
    Map<String, Long> runs() {
        Map<String, Long> runs = new TreeMap<>();
        for (Tenant tenant : tenants.list()) {
            runs.put(
                    tenant.name(),
                    tenant.created().getEpochSecond() * 1_000_000_000L
                            + tenant.created().getNano());
        }
        return runs;
    }

    /** Goes on where an earlier engine was. */
    synchronized void resume(
            String tenant, long run, @Nullable LedgerLine line, @Nullable MeterMark mark, String boot) {
        Own own = new Own(tenant, run);
        Usage total = line == null ? Usage.NONE : line.runTotal();
        if (line != null) {
            own.written = total;
            own.from = line.until();
        }
        if (mark != null) {
            total = total.max(Usage.of(mark.total()));
            own.from = Math.max(own.from, mark.from());
            if (mark.boot().equals(boot)) {
                own.kernel = mark.kernel();
                own.nanos = mark.nanos();
                own.bytes = mark.amount();
                own.counted = mark.nanos() != 0;
            }
        }
        own.sum = total.diskMibMillis();
        own.throttledBefore = total.throttledNanos() - own.kernel;
        owns.put(tenant, own);
    }

    /** The tenants' groups come and go; what the kernel counted of one that goes is kept. */
    void groupGoes(String tenant) {
        long counted = throttled(tenant);
        synchronized (this) {
            Own own = owns.get(tenant);
            if (own != null) {
                count(own, counted);
                own.throttledBefore += own.kernel;
                own.kernel = 0;
            }
        }
    }

    private long throttled(String tenant) {
        return groups.tenant(tenant).map(group -> group.counters().throttled()).orElse(0L);
    }

    private static void count(Own own, long throttled) {
        if (throttled < own.kernel) { // another group
            own.throttledBefore += own.kernel;
        }
        own.kernel = throttled;
    }

    /** Reads all. */
    void look(long now) {
        Map<String, Long> throttled = new TreeMap<>();
        Map<String, Long> made = runs();
        made.keySet().forEach(name -> throttled.put(name, throttled(name)));
        synchronized (this) {
            long millis = System.currentTimeMillis();
            owns.values().removeIf(own -> {
                boolean gone = made.getOrDefault(own.tenant, -1L) != own.run;
                if (gone) {
                    ended.add(own.line(millis, true));
                }
                return gone;
            });
            made.forEach((name, run) ->
                    count(owns.computeIfAbsent(name, _ -> new Own(name, run)), throttled.getOrDefault(name, 0L)));
        }
        lookAtDisk(now);
    }

    private void lookAtDisk(long now) {
        String next;
        synchronized (this) {
            if (owns.isEmpty() || now < nextDisk) {
                return;
            }
            next = owns.keySet().stream()
                    .filter(name -> name.compareTo(lastDisk) > 0)
                    .findFirst()
                    .orElseGet(() -> owns.keySet().iterator().next());
            lastDisk = next;
        }
        long bytes = disk.usage(next);
        long took = System.nanoTime() - now;
        boolean full = tenants.diskIsFull(next, bytes);
        boolean before = full;
        synchronized (this) {
            nextDisk = now + Math.max(LEAST_PAUSE / owns.size(), SELDOM * took);
            Own own = owns.get(next);
            if (own != null) {
                double mean = own.counted ? (own.bytes + bytes) / 2.0 : 0;
                own.sum += mean / MIB * (Math.max(0, now - own.nanos) / NANOS_PER_MILLI);
                own.bytes = bytes;
                own.nanos = now;
                own.counted = true;
                before = own.full;
                own.full = full;
            }
        }
        if (full && !before) {
            tenants.tellFullDisk(next, bytes);
        }
    }

    /** The last lines of tenants that are no more. */
    synchronized List<LedgerLine> takeEnded() {
        List<LedgerLine> lines = List.copyOf(ended);
        ended.clear();
        return lines;
    }

    /** Lines of what was used since the last ones; they must be written now. */
    synchronized List<LedgerLine> takeInterim(long millis) {
        List<LedgerLine> lines = pending(millis);
        for (LedgerLine line : lines) {
            Own own = owns.get(line.tenant() == null ? "" : line.tenant());
            if (own != null) {
                own.written = line.runTotal();
                own.from = line.until();
            }
        }
        return lines;
    }

    /** What is not in the ledger yet. */
    synchronized List<LedgerLine> pending(long millis) {
        List<LedgerLine> lines = new ArrayList<>();
        for (Own own : owns.values()) {
            if (!own.total().equals(own.written)) {
                lines.add(own.line(millis, false));
            }
        }
        return lines;
    }

    synchronized List<MeterMark> marks(String boot) {
        List<MeterMark> marks = new ArrayList<>();
        for (Own own : owns.values()) {
            marks.add(new MeterMark(
                    key(own.tenant),
                    own.run,
                    own.tenant,
                    "",
                    own.from,
                    boot,
                    own.counted ? own.nanos : 0,
                    own.bytes,
                    own.sum,
                    own.kernel,
                    own.total().figures(),
                    null));
        }
        return marks;
    }

    synchronized void totals(MeterTotals to) {
        owns.values().forEach(own -> to.add(own.tenant, own.total().minus(Usage.NONE)));
    }

    /** See {@link ondol.engine.Meter#pressure}. */
    List<Pressure> pressure() {
        List<Pressure> all = new ArrayList<>();
        Pressure machine = pressure(null, Path.of("/proc/pressure"), "");
        if (machine != null) {
            all.add(machine);
        }
        for (Tenant tenant : tenants.list()) {
            Path folder = groups.tenant(tenant.name())
                    .flatMap(Cgroup::unifiedDirectory)
                    .orElse(null);
            Pressure own = folder == null ? null : pressure(tenant.name(), folder, ".pressure");
            if (own != null) {
                all.add(own);
            }
        }
        return all;
    }

    private static @Nullable Pressure pressure(@Nullable String tenant, Path folder, String suffix) {
        try {
            return new Pressure(
                    tenant,
                    some(folder.resolve("cpu" + suffix)),
                    some(folder.resolve("memory" + suffix)),
                    some(folder.resolve("io" + suffix)));
        } catch (IOException | NumberFormatException e) {
            return null; // a kernel without it, or switched off, or the group is gone
        }
    }

    /** From {@code some avg10=0.12 avg60=…}. */
    private static double some(Path file) throws IOException {
        String text = Files.readString(file);
        int start = text.indexOf("avg10=") + "avg10=".length();
        int end = text.indexOf(' ', start);
        if (!text.startsWith("some ") || end < 0) {
            throw new IOException("not understood: " + text);
        }
        return Double.parseDouble(text.substring(start, end));
    }
}
