package ondol.engine.local;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import ondol.engine.ContainerDetails;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.LogConfig;
import ondol.engine.logs.LogFolder;
import ondol.engine.logs.LogSignal;
import ondol.engine.spec.LogChoice;
import ondol.engine.spec.MountPoint;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.keeper.Minder;
import org.jspecify.annotations.Nullable;

/**
 * A container as this engine knows it: its record, and, while it runs, its minder. Whoever changes its stage of life
 * has {@linkplain #enter entered} it; whoever only looks reads the record, which is replaced as a whole.
 */
final class Container {
    private final Path folder;
    private final Records<ContainerRecord> records;
    private final LogFolder logs;

    private final ReentrantLock stage = new ReentrantLock();
    private @Nullable Runnable settling; // guarded by stage
    private final AtomicInteger removers = new AtomicInteger();

    /** Those who read its output now. */
    final Readers readers = new Readers();

    /** Executions in it that have not been forgotten. */
    final Executions executions = new Executions();

    private volatile ContainerRecord record;
    private volatile @Nullable Minder minder;
    private volatile @Nullable Cgroup cgroup;
    private volatile Object run = new Object();
    private volatile boolean wasHealthy;
    private volatile long pause;
    private volatile long lostOutput;
    private volatile LogSignal signal = new LogSignal();
    private volatile CompletableFuture<Integer> ended = new CompletableFuture<>();
    private volatile CompletableFuture<Minder> started = new CompletableFuture<>();
    private final CompletableFuture<Integer> removed = new CompletableFuture<>();

    Container(Path folder, Records<ContainerRecord> records, ContainerRecord record) {
        this.folder = folder;
        this.records = records;
        this.record = record;
        this.lostOutput = record.lostOutput();
        this.logs = new LogFolder(folder.resolve("log"));
    }

    /**
     * Takes the container's stage: nobody else starts, ends, changes or removes it meanwhile. What its end left to be done
     * is done first, whoever comes.
     */
    void enter() {
        stage.lock();
        settle();
    }

    /**
     * {@link #enter} for whoever changes what is there, or waits for it: who found it before it was removed finds nothing.
     *
     * @throws EngineException {@code NOT_FOUND} for one that was removed meanwhile
     */
    void enterPresent() {
        enter();
        if (record.status() == Status.REMOVING) {
            leave();
            throw EngineException.notFound("No such container: " + id());
        }
    }

    /** {@link #enter} where nobody else is there; nothing is settled. */
    boolean tryEnter() {
        return stage.tryLock();
    }

    void leave() {
        stage.unlock();
    }

    /** What is to be done after an end that everybody has been told of. The caller has the stage. */
    void settleLater(Runnable rest) {
        settling = rest;
    }

    private void settle() {
        Runnable rest = settling;
        settling = null;
        if (rest != null) {
            rest.run();
        }
    }

    /** Somebody removes it by force: until {@link #spare}, nobody starts it. */
    void doom() {
        removers.incrementAndGet();
    }

    /** The removal is through, or has failed. */
    void spare() {
        removers.decrementAndGet();
    }

    boolean doomed() {
        return removers.get() > 0;
    }

    String id() {
        return record.id();
    }

    Path folder() {
        return folder;
    }

    ContainerRecord record() {
        return record;
    }

    LogFolder logs() {
        return logs;
    }

    /** Changes the record and writes it. */
    synchronized void save(UnaryOperator<ContainerRecord> change) {
        ContainerRecord changed = change.apply(record);
        records.save(folder, changed);
        record = changed;
    }

    /** Changes the record here; the file follows shortly, see {@link Records#saveSoon}. */
    synchronized void saveSoon(UnaryOperator<ContainerRecord> change, Runnable written) {
        ContainerRecord changed = change.apply(record);
        record = changed;
        records.saveSoon(folder, changed, written);
    }

    /** Changes the record here, for whoever looks; the file is not written. */
    synchronized void show(UnaryOperator<ContainerRecord> change) {
        record = change.apply(record);
    }

    boolean running() {
        Status status = record.status();
        return status == Status.RUNNING || status == Status.PAUSED;
    }

    @Nullable
    Minder minder() {
        return minder;
    }

    @Nullable
    Cgroup cgroup() {
        return cgroup;
    }

    void cgroup(@Nullable Cgroup group) {
        this.cgroup = group;
    }

    /** Tells of new output, and of the end of it, in this run. */
    LogSignal signal() {
        return signal;
    }

    /** Completes with the exit code of the present run, or the next one. */
    CompletableFuture<Integer> ended() {
        return ended;
    }

    /** Completes with the minder of the present run, or the next one. */
    CompletableFuture<Minder> started() {
        return started;
    }

    CompletableFuture<Integer> removed() {
        return removed;
    }

    /** A mark of the run that begins now: what is heard later of an earlier one is not for it. */
    Object newRun() {
        run = new Object();
        return run;
    }

    /** The mark of the present run. */
    Object run() {
        return run;
    }

    /**
     * Milliseconds until it is started again: twice as many as the last time, or the fewest.
     *
     * @param steady whether the run that has ended was long enough to forget about those before
     */
    long nextPause(boolean steady, long fewest, long most) {
        pause = steady || pause == 0 ? fewest : Math.min(most, 2 * pause);
        return pause;
    }

    /** Somebody started it: what failed before does not count. */
    void forgetPause() {
        pause = 0;
    }

    /** Whether a check has found it well in this run. */
    boolean wasHealthy() {
        return wasHealthy;
    }

    void wasHealthy(boolean was) {
        wasHealthy = was;
    }

    /** Bytes of this run's output that are not in the log; the record has them once it has ended. */
    long lostOutput() {
        return lostOutput;
    }

    void lostOutput(long bytes) {
        lostOutput = bytes;
    }

    /** Whether this is the mark of the present run. */
    boolean isRun(Object mark) {
        return run == mark;
    }

    /** A new run begins: before its process is made. */
    void beginRun() {
        if (signal.isEnded()) {
            signal = new LogSignal();
        }
        if (ended.isDone()) {
            ended = new CompletableFuture<>();
        }
        if (started.isDone()) {
            started = new CompletableFuture<>();
        }
    }

    void runs(Minder made) {
        minder = made;
        started.complete(made);
    }

    /** The run is over: all output is in the log. */
    void endRun(int exitCode) {
        minder = null;
        if (started.isDone()) {
            started = new CompletableFuture<>();
        }
        signal.end();
        ended.complete(exitCode);
    }

    void watch(Minder made, int file, long offset) {
        if (readers.any()) {
            made.watch(file, offset);
        }
        synchronized (readers) {
            made.hold(readers.oldest()); // the minder waits for this word
        }
    }

    /** An attached client has come to this file of the log, see {@link Readers#reads}. */
    void reads(Object reader, int file) {
        synchronized (readers) {
            int oldest = readers.reads(reader, file);
            Minder now = minder;
            if (oldest >= 0 && now != null) {
                now.hold(oldest);
            }
        }
    }

    ContainerDetails details() {
        ContainerRecord now = record;
        List<ContainerDetails.MountPoint> mounts = new ArrayList<>();
        for (MountPoint mount : now.mounts()) {
            String mode = mount.mode();
            String propagation = mount.propagation();
            mounts.add(new ContainerDetails.MountPoint(
                    mount.type(),
                    mount.name(),
                    Objects.requireNonNullElse(mount.source(), ""),
                    mount.destination(),
                    mount.name() == null ? "" : "local",
                    Objects.requireNonNullElse(mode, ""),
                    !mount.readOnly(),
                    Objects.requireNonNullElse(propagation, "")));
        }
        ContainerDetails.State state = new ContainerDetails.State(
                now.status(),
                now.oomKilled(),
                running() ? now.pid() : 0,
                now.exitCode(),
                now.error(),
                instant(now.started()),
                instant(now.finished()),
                now.health(),
                lostOutput);
        return new ContainerDetails(
                now.id(),
                now.name(),
                Instant.ofEpochSecond(0, now.created()),
                now.imageId(),
                now.imageName(),
                now.path(),
                now.args(),
                now.config(),
                now.host(),
                state,
                now.restarts(),
                mounts,
                executions.ids(),
                folder.resolve("hostname").toString(),
                folder.resolve("hosts").toString(),
                folder.resolve("resolv.conf").toString(),
                logPath(now).toString(),
                places(now),
                Publishing.shown(now));
    }

    /** Its places in networks; of one that does not run, what was asked for. */
    private Map<String, EndpointSettings> places(ContainerRecord now) {
        if (running()) {
            return now.endpoints();
        }
        Map<String, EndpointSettings> places = new LinkedHashMap<>();
        now.endpoints().forEach((network, place) -> {
            String networkId = place.networkId();
            places.put(network, Endpoints.asked(place).networkId(networkId).build());
        });
        return places;
    }

    private Path logPath(ContainerRecord now) {
        LogConfig log = now.host().logConfig();
        return log != null && LogChoice.JSON_FILE.equals(log.type())
                ? LogCopies.file(folder, now.id())
                : folder.resolve("log");
    }

    private static @Nullable Instant instant(long nanoseconds) {
        return nanoseconds == 0 ? null : Instant.ofEpochSecond(0, nanoseconds);
    }

    /** What events say of it. */
    Map<String, String> attributes() {
        ContainerRecord now = record;
        Map<String, String> attributes = new TreeMap<>();
        if (now.config().labels() != null) {
            attributes.putAll(now.config().labels());
        }
        attributes.put("image", now.imageName());
        attributes.put("name", now.name());
        return attributes;
    }

    /** Nanoseconds since 1970. */
    static long now() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }
}
