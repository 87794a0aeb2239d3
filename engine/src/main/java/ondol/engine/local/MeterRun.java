package ondol.engine.local;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import ondol.engine.Usage;
import ondol.engine.local.LinkCounts.Carried;
import ondol.engine.meter.LedgerLine;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.Counters;
import org.jspecify.annotations.Nullable;

/**
 * The meter of one run of a container. Counts are the kernel's, of a group that is made for the run; memory over time is
 * the mean of two readings times the time between them, by the clock that never jumps.
 */
final class MeterRun {
    private static final double MIB = 1 << 20;
    private static final double NANOS_PER_MILLI = 1e6;

    private final String container;
    private final long run;
    private final @Nullable String tenant;
    private final Cgroup group;
    private final Supplier<Map<String, Carried>> network; // links that are there
    private final Map<String, Carried> links = new HashMap<>(); // also those that are gone

    private Usage written = Usage.NONE; // what of this run is in the ledger
    private long from; // where the ledger ends, milliseconds since 1970
    private double sum; // memory over time, in MiB times milliseconds
    private long amount; // bytes at the last reading
    private long nanos; // the moment of it
    private boolean sampled;
    private boolean closed;
    private Usage last = Usage.NONE; // the last reading

    /**
     * @param run when it began, nanoseconds since 1970
     * @param network what its links have carried
     * @param now by {@link System#nanoTime}
     */
    MeterRun(
            String container,
            long run,
            @Nullable String tenant,
            Cgroup group,
            Supplier<Map<String, Carried>> network,
            long now) {
        this.container = container;
        this.run = run;
        this.tenant = tenant;
        this.group = group;
        this.network = network;
        this.from = run / 1_000_000;
        this.nanos = now;
    }

    String container() {
        return container;
    }

    @Nullable
    String tenant() {
        return tenant;
    }

    Cgroup group() {
        return group;
    }

    /** Goes on where an earlier engine was. */
    synchronized void resume(@Nullable LedgerLine line, @Nullable MeterMark mark, String boot) {
        if (mark != null) {
            from = mark.from();
            sum = mark.sum();
            last = Usage.of(mark.total());
            if (mark.links() != null) {
                mark.links().forEach((link, figures) -> carried(link, Carried.of(figures)));
            }
            if (mark.boot().equals(boot) && mark.nanos() <= nanos) {
                nanos = mark.nanos();
                amount = mark.amount();
                sampled = true;
            }
        }
        if (line != null) {
            written = line.runTotal();
            from = Math.max(from, line.until());
            sum = Math.max(sum, written.memoryMibMillis());
            last = last.max(written);
            closed = line.end();
        }
    }

    /** What a link has carried; it may be gone from now on. */
    synchronized void carried(String link, Carried carried) {
        links.merge(link, carried, Carried::max);
    }

    /** Looks at the memory alone, between readings. */
    void sample(long now) {
        long memory = group.memoryNow();
        synchronized (this) {
            integrate(memory, now);
        }
    }

    private void integrate(long memory, long now) {
        long before = sampled ? amount : memory;
        add((before + memory) / 2.0, now);
        amount = memory;
        sampled = true;
    }

    private void add(double bytes, long now) {
        sum += bytes / MIB * (Math.max(0, now - nanos) / NANOS_PER_MILLI);
        nanos = Math.max(nanos, now);
    }

    /** All figures until now. */
    Usage read(long now) {
        Counters counters = group.counters();
        Map<String, Carried> there = network.get();
        synchronized (this) {
            if (!closed) {
                there.forEach(this::carried);
                integrate(counters.memory(), now);
                last = last.max(usage(counters));
            }
            return last;
        }
    }

    private Usage usage(Counters counters) {
        long received = 0;
        long sent = 0;
        for (Carried each : links.values()) {
            received += each.received();
            sent += each.sent();
        }
        return new Usage(
                counters.cpu(),
                counters.throttled(),
                Math.round(sum),
                0,
                counters.readBytes(),
                counters.writeBytes(),
                counters.reads(),
                counters.writes(),
                received,
                sent,
                1,
                counters.oomKills());
    }

    /** What was read last. */
    synchronized Usage last() {
        return last;
    }

    /** Bytes of memory at the last reading. */
    synchronized long memory() {
        return amount;
    }

    /**
     * The last line of the run; null where it has been written. Its memory is gone already: what it had at the last reading
     * counts, or, where there was none, the most that it had.
     */
    synchronized @Nullable LedgerLine end(String name, long now, long millis) {
        if (closed) {
            return null;
        }
        Counters counters = group.counters();
        network.get().forEach(this::carried);
        add(sampled ? amount : counters.memoryPeak(), now);
        last = last.max(usage(counters));
        closed = true;
        return line(name, millis, true);
    }

    /** A line of what was used since the last one; null where there was nothing. */
    synchronized @Nullable LedgerLine interim(String name, long millis) {
        if (closed || last.equals(written)) {
            return null;
        }
        return line(name, millis, false);
    }

    private LedgerLine line(String name, long millis, boolean end) {
        Usage used = last.minus(written);
        return new LedgerLine(
                container,
                run,
                tenant,
                name,
                Math.min(from, millis),
                millis,
                end,
                used.figures(),
                written.equals(Usage.NONE) ? null : last.figures());
    }

    /** A line is in the ledger. */
    synchronized void wrote(LedgerLine line) {
        written = line.runTotal();
        from = line.until();
    }

    /** What is not in the ledger yet. */
    synchronized LedgerLine pending(String name, long millis) {
        return line(name, millis, closed);
    }

    synchronized MeterMark mark(String name, String boot) {
        Map<String, List<Long>> carried = new TreeMap<>();
        links.forEach((link, each) -> carried.put(link, each.figures()));
        return new MeterMark(
                container,
                run,
                tenant,
                name,
                from,
                boot,
                nanos,
                amount,
                sum,
                0,
                List.copyOf(last.figures()),
                carried.isEmpty() ? null : carried);
    }
}
