package ondol.engine.local;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import ondol.engine.Meter;
import ondol.engine.Usage;
import ondol.engine.meter.Ledger;
import ondol.engine.meter.LedgerLine;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.Stats;
import org.jspecify.annotations.Nullable;

/**
 * The meter. A run's counts are read, and are in the ledger, before its control group goes; only then may the end be
 * forgotten by the minder. Whoever is killed in between does it again, and finds in the ledger that it was done. In
 * between, a thread looks at the memory of all, each minute at all figures, for the next engine, and each hour writes a
 * line for each run.
 */
final class LocalMeter implements Meter, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalMeter.class.getName());
    private static final long SAMPLE = 10_000;
    private static final int SAMPLES_PER_MARK = 6;
    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;
    private static final int LARGEST = 256 << 20;

    private final Path marks;
    private final String boot;
    private final Ledger ledger;
    private final JsonType<MeterMarks> markType;
    private final Registry registry;
    private final TenantMeters tenants;
    private final LinkCounts links;
    private final Map<String, MeterRun> runs = new ConcurrentHashMap<>();
    private final MeterTotals totals = new MeterTotals();
    private final Deque<LedgerLine> unwritten = new ArrayDeque<>(); // guarded by itself
    private Map<String, MeterMark> found = Map.of(); // until recovered
    private Map<String, Map<Long, LedgerLine>> lines = Map.of(); // until recovered
    private final Set<String> claimed = new HashSet<>(); // containers that were taken over, until recovered
    private final Object hourly = new Object(); // held while lines are written for all, and while they are added up
    private long hour;
    private boolean marked; // whether there is a file of marks; guarded by this
    private final Thread thread;
    private volatile boolean begun; // before that, what an earlier engine left is not known
    private volatile boolean closing;

    LocalMeter(Path folder, Jsonb json, String boot, Registry registry, TenantMeters tenants, LinkCounts links) {
        this.ledger = new Ledger(folder, json.type(LedgerLine.class));
        this.markType = json.type(MeterMarks.class);
        this.marks = folder.resolve("open.json");
        this.boot = boot;
        this.registry = registry;
        this.tenants = tenants;
        this.links = links;
        this.hour = System.currentTimeMillis() / HOUR;
        this.thread = Thread.ofPlatform().daemon().name("ondol-meter").unstarted(this::look);
    }

    // The life of a run

    /** A run begins. */
    void started(Container container, Cgroup group) {
        runs.put(container.id(), run(container, group));
    }

    private MeterRun run(Container container, Cgroup group) {
        ContainerRecord record = container.record();
        return new MeterRun(
                record.id(),
                record.started(),
                record.tenant(),
                group,
                () -> links.read(container.record()),
                System.nanoTime());
    }

    /** A link of a container that goes on is about to be taken away: what it carried is kept, whoever is killed. */
    void leaves(String container, String link) {
        MeterRun run = runs.get(container);
        if (run != null) {
            links.stop(link).ifPresent(carried -> run.carried(link, carried));
            run.read(System.nanoTime());
            mark();
        }
    }

    /** A container that goes on has one more link, which the next engine is to know. */
    void joined(String container) {
        MeterRun run = runs.get(container);
        if (run != null) {
            run.read(System.nanoTime());
            mark();
        }
    }

    /** A run is over, and nothing of it runs; the group is still there. */
    void ended(Container container) {
        MeterRun run = runs.remove(container.id());
        if (run == null) {
            return;
        }
        try {
            LedgerLine line = run.end(container.record().name(), System.nanoTime(), System.currentTimeMillis());
            if (line != null) {
                write(line);
                totals.add(run.tenant(), run.last());
            }
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the end of container " + container.id() + " is not metered", e);
        }
    }

    /** Appends a line, or keeps it for later where the disk is full. */
    private void write(LedgerLine line) {
        synchronized (unwritten) {
            unwritten.add(line);
            try {
                while (!unwritten.isEmpty()) {
                    ledger.append(unwritten.peek());
                    unwritten.remove();
                }
            } catch (UncheckedIOException e) {
                LOG.log(Level.WARNING, "{0}; {1} lines wait", e.getMessage(), unwritten.size());
            }
        }
    }

    // What an earlier engine left

    /** Reads what an earlier engine left, before its containers are taken over. */
    void open(Collection<ContainerRecord> records) {
        Map<String, MeterMark> marked = new HashMap<>();
        Set<String> ids = new HashSet<>();
        long first = System.currentTimeMillis() - DAY;
        for (MeterMark mark : readMarks()) {
            marked.put(mark.container(), mark);
            ids.add(mark.container());
            first = Math.min(first, mark.from() - DAY);
        }
        for (ContainerRecord record : records) {
            ids.add(record.id());
            if (record.started() != 0 && record.finished() == 0) {
                first = Math.min(first, record.started() / 1_000_000 - DAY);
            }
        }
        tenants.names().forEach(tenant -> ids.add(TenantMeters.key(tenant)));
        found = marked;
        lines = ids.isEmpty() ? Map.of() : ledger.last(ids, Math.max(0, first));
    }

    /** A container that an earlier engine started goes on, or has ended and will be told of. */
    void resumed(Container container) {
        ContainerRecord record = container.record();
        Cgroup group = container.cgroup();
        if (group == null) {
            return; // metered, and removed, before the earlier engine was killed
        }
        MeterRun run = run(container, group);
        MeterMark mark = mark(record.id(), record.started());
        run.resume(lastLine(record.id(), record.started()), mark, boot);
        if (mark != null && mark.links() != null && mark.boot().equals(boot)) {
            for (String link : mark.links().keySet()) { // also those that were being taken away
                links.read(link).ifPresent(carried -> run.carried(link, carried));
            }
        }
        runs.put(record.id(), run);
        claimed.add(record.id());
    }

    private @Nullable MeterMark mark(String container, long started) {
        MeterMark mark = found.get(container);
        return mark == null || mark.run() != started ? null : mark;
    }

    private @Nullable LedgerLine lastLine(String container, long started) {
        return lines.getOrDefault(container, Map.of()).get(started);
    }

    /** The rest: runs that ended with the machine have what was read last. Then the meter begins to look. */
    void begin() {
        for (MeterMark mark : found.values()) {
            if (!TenantMeters.isOwn(mark.container()) && !claimed.contains(mark.container())) {
                endLost(mark);
            }
        }
        tenants.runs().forEach((tenant, run) -> {
            String key = TenantMeters.key(tenant);
            tenants.resume(tenant, run, lastLine(key, run), mark(key, run), boot);
        });
        found = Map.of();
        lines = Map.of();
        claimed.clear();
        begun = true;
        thread.start();
    }

    private void endLost(MeterMark mark) {
        LedgerLine line = lastLine(mark.container(), mark.run());
        if (line != null && line.end()) {
            return;
        }
        Usage written = line == null ? Usage.NONE : line.runTotal();
        Usage total = Usage.of(mark.total()).max(written);
        long from = line == null ? mark.from() : line.until();
        write(new LedgerLine(
                mark.container(),
                mark.run(),
                mark.tenant(),
                mark.name(),
                from,
                from,
                true,
                total.minus(written).figures(),
                line == null ? null : total.figures()));
    }

    private synchronized List<MeterMark> readMarks() {
        try {
            marked = Files.exists(marks) || Files.exists(marks.resolveSibling("open.json.new"));
            if (Files.size(marks) > LARGEST) {
                throw new IOException("larger than " + LARGEST + " bytes");
            }
            return markType.fromJson(Files.readAllBytes(marks)).open();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "{0} cannot be read: {1}", marks, e.getMessage());
            return List.of();
        }
    }

    // What is done while they run

    private void look() {
        for (int count = 1; !closing; count++) {
            try {
                Thread.sleep(SAMPLE);
                tick(count % SAMPLES_PER_MARK == 0);
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "the meter cannot look", e);
            }
        }
    }

    /**
     * Looks at all that run.
     *
     * @param all at all figures, not at the memory alone
     */
    void tick(boolean all) {
        long now = System.nanoTime();
        long millis = System.currentTimeMillis();
        boolean newHour = millis / HOUR != hour; // the clock may also be put back
        for (MeterRun run : runs.values()) {
            if (all || newHour) {
                run.read(now);
            } else {
                run.sample(now);
            }
        }
        tenants.look(now);
        synchronized (hourly) {
            tenants.takeEnded().forEach(this::write);
        }
        if (newHour) {
            hour = millis / HOUR;
            writeInterim(millis);
            ledger.compact(millis);
        }
        ledger.flush(); // first: with the next marks it may be all that is known of who has ended
        if (all || newHour || runs.isEmpty() && tenants.none()) {
            mark();
        }
    }

    private void writeInterim(long millis) {
        synchronized (hourly) {
            for (MeterRun run : runs.values()) {
                synchronized (run) { // its end may come now
                    LedgerLine line = run.interim(name(run.container()), millis);
                    if (line != null) {
                        write(line);
                        run.wrote(line);
                    }
                }
            }
            tenants.takeInterim(millis).forEach(this::write);
        }
    }

    /** Writes where the meter is, beside and renamed; where nothing is open, there is no such file. */
    synchronized void mark() {
        List<MeterMark> open = new ArrayList<>();
        runs.values().forEach(run -> open.add(run.mark(name(run.container()), boot)));
        open.addAll(tenants.marks(boot));
        Path made = marks.resolveSibling("open.json.new");
        try {
            if (open.isEmpty()) {
                if (marked) {
                    Files.deleteIfExists(made);
                    Files.deleteIfExists(marks);
                    marked = false;
                }
                return;
            }
            marked = true;
            Files.write(made, markType.toJsonBytes(new MeterMarks(open)));
            Files.move(made, marks, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0} cannot be written: {1}", marks, e.getMessage());
        }
    }

    private String name(String container) {
        return registry.find(container).map(known -> known.record().name()).orElse("");
    }

    // What is asked

    @Override
    public List<Row> read(Query query) {
        long now = System.nanoTime();
        long millis = System.currentTimeMillis();
        tenants.look(now);
        MeterSums sums = new MeterSums(query, millis);
        synchronized (hourly) {
            add(sums, now, millis);
        }
        return sums.rows();
    }

    private void add(MeterSums sums, long now, long millis) {
        List<MeterRun> open =
                List.copyOf(runs.values()); // before the ledger: who ends meanwhile is in it, and not here
        Map<MeterRun, LedgerLine> pending = new HashMap<>();
        for (MeterRun run : open) {
            run.read(now);
            pending.put(run, run.pending(name(run.container()), millis));
        }
        Set<String> ended = new HashSet<>();
        ledger.read(sums.since(), sums.until(), line -> {
            sums.add(line);
            if (line.end()) {
                ended.add(line.container() + " " + line.run());
            }
        });
        pending.forEach((run, line) -> {
            if (!ended.contains(line.container() + " " + line.run())) {
                sums.add(line);
            }
        });
        tenants.pending(millis).forEach(sums::add);
    }

    @Override
    public List<Live> live() {
        long now = System.nanoTime();
        List<Live> live = new ArrayList<>();
        for (MeterRun run : runs.values()) {
            Stats.Pids pids = run.group().stats().pids();
            Usage used = run.read(now);
            live.add(new Live(
                    run.tenant(),
                    run.container(),
                    name(run.container()),
                    used,
                    run.memory(),
                    pids == null ? 0 : pids.current()));
        }
        return live;
    }

    @Override
    public List<Row> totals() {
        long now = System.nanoTime();
        MeterTotals all = totals.copy();
        for (MeterRun run : runs.values()) {
            all.add(run.tenant(), run.read(now));
        }
        tenants.totals(all);
        return all.rows();
    }

    @Override
    public List<Pressure> pressure() {
        return tenants.pressure();
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long now = System.nanoTime();
        if (begun) {
            runs.values().forEach(run -> run.read(now));
            tenants.look(now);
            mark();
        }
        ledger.close();
    }
}
