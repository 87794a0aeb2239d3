package ondol.engine.local;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerDetails;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.ContainerStats;
import ondol.engine.Containers;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.LogOptions;
import ondol.engine.OutputReader;
import ondol.engine.StatsReader;
import ondol.engine.logs.DetailedReader;
import ondol.engine.logs.LogPosition;
import ondol.engine.logs.LogReader;
import ondol.engine.spec.LogChoice;
import ondol.image.RootView;
import ondol.image.Tars;
import ondol.linux.Terminal;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.keeper.Minder;
import org.jspecify.annotations.Nullable;

/** The verbs of a container's life, each led to the stage that it belongs to. */
final class LocalContainers implements Containers {
    private final House house;
    private final Creating creating;
    private final Starting starting;
    private final Stopping stopping;
    private final Removing removing;
    private final Updating updating;
    private final ContainerPaths paths;
    private final Sampler sampler;

    LocalContainers(House house, Starting starting, Stopping stopping, Removing removing) {
        this.house = house;
        this.creating = new Creating(house);
        this.starting = starting;
        this.stopping = stopping;
        this.removing = removing;
        this.updating = new Updating(house);
        this.paths = new ContainerPaths(house);
        this.sampler = new Sampler(house);
    }

    private Container get(String reference) {
        return house.registry().get(reference);
    }

    @Override
    public Created create(
            @Nullable String name, ContainerConfig config, HostConfig host, Map<String, EndpointSettings> endpoints) {
        return creating.create(name, config, host, endpoints);
    }

    @Override
    public void start(String reference) {
        Container container = get(reference);
        container.enterPresent();
        try {
            Status status = container.record().status();
            if (status == Status.PAUSED) {
                throw EngineException.conflict("cannot start a paused container, try unpause instead");
            }
            if (container.running()) {
                throw new EngineException(
                        EngineException.Kind.NOT_MODIFIED, "container %s is already running".formatted(container.id()));
            }
            if (container.doomed()) {
                throw EngineException.conflict(
                        "container %s is marked for removal and cannot be started".formatted(container.id()));
            }
            container.forgetPause();
            try {
                starting.start(container, 0);
            } catch (EngineException e) {
                if (Boolean.TRUE.equals(container.record().host().autoRemove())) {
                    removing.remove(container, true);
                }
                throw e;
            }
        } finally {
            container.leave();
        }
    }

    @Override
    public void stop(String reference, @Nullable String signal, @Nullable Duration patience) {
        stopping.stop(get(reference), signal, patience);
    }

    @Override
    public void restart(String reference, @Nullable String signal, @Nullable Duration patience) {
        Container container = get(reference);
        try {
            stopping.stop(container, signal, patience);
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.NOT_MODIFIED) {
                throw e;
            }
        }
        start(container.id());
        house.publish(container, "restart");
    }

    @Override
    public void kill(String reference, @Nullable String signal) {
        stopping.kill(get(reference), signal);
    }

    @Override
    public void pause(String reference) {
        Container container = get(reference);
        container.enter();
        try {
            Cgroup group = container.cgroup();
            if (container.record().status() == Status.PAUSED) {
                throw EngineException.conflict("Container %s is already paused".formatted(reference));
            }
            if (!container.running() || group == null) {
                throw EngineException.conflict("Container %s is not running".formatted(reference));
            }
            try (Undo undo = new Undo()) {
                group.freeze();
                undo.add(group::thaw);
                container.save(r -> r.change().status(Status.PAUSED).build());
                undo.commit();
            }
        } finally {
            container.leave();
        }
        house.publish(container, "pause");
    }

    @Override
    public void unpause(String reference) {
        Container container = get(reference);
        container.enter();
        try {
            Cgroup group = container.cgroup();
            if (container.record().status() != Status.PAUSED || group == null) {
                throw EngineException.conflict("Container %s is not paused".formatted(reference));
            }
            group.thaw();
            container.save(r -> r.change().status(Status.RUNNING).build());
        } finally {
            container.leave();
        }
        house.publish(container, "unpause");
    }

    @Override
    public void rename(String reference, String name) {
        Container container = get(reference);
        String old;
        container.enterPresent();
        try {
            old = container.record().name();
            String checked = Names.check(name);
            if (checked.equals(old)) {
                throw EngineException.invalid("Renaming a container with the same name as its current name");
            }
            try (Undo undo = new Undo()) {
                house.registry().reserve(checked, container.id());
                undo.add(() -> house.registry().release(checked, container.id()));
                container.save(r -> r.change().name(checked).build());
                undo.commit();
            }
            house.registry().release(old, container.id());
            if (house.naming().named(container.record())) {
                house.naming().refresh();
            }
        } finally {
            container.leave();
        }
        house.publish(container, "rename", Map.of("oldName", "/" + old));
    }

    @Override
    public List<String> update(String reference, HostConfig changes) {
        return updating.update(get(reference), changes);
    }

    @Override
    public void remove(String reference, boolean force, boolean volumes) {
        Container container = get(reference);
        if (!force) {
            removeEnded(container, reference, volumes);
            return;
        }
        container.doom();
        try {
            stopping.end(container);
            removeEnded(container, reference, volumes);
        } finally {
            container.spare();
        }
    }

    private void removeEnded(Container container, String reference, boolean volumes) {
        container.enter();
        try {
            Status status = container.record().status();
            if (status == Status.REMOVING) {
                return; // it went by itself meanwhile
            }
            if (container.record().status() == Status.PAUSED) {
                throw EngineException.conflict(
                        "cannot remove container \"%s\": container is paused and must be unpaused first"
                                .formatted(reference));
            }
            if (container.running() || status == Status.RESTARTING) {
                throw EngineException.conflict(
                        "cannot remove container \"%s\": container is running: stop the container before removing or force remove"
                                .formatted(reference));
            }
            removing.remove(container, volumes);
        } finally {
            container.leave();
        }
    }

    @Override
    public ContainerDetails inspect(String reference) {
        return get(reference).details();
    }

    @Override
    public List<ContainerDetails> list() {
        List<ContainerDetails> list = new ArrayList<>();
        house.registry().all().forEach(container -> list.add(container.details()));
        list.sort(Comparator.comparing(ContainerDetails::created).reversed());
        return list;
    }

    @Override
    public Sizes sizes(String reference) {
        Container container = get(reference);
        long writable = LocalImages.translate(() -> house.snapshots().usage(container.id()));
        long below;
        try {
            below = house.images().resolve(container.record().imageId()).size();
        } catch (RuntimeException e) {
            below = 0; // the image has gone; its layers stay while the container needs them
        }
        return new Sizes(writable, writable + below);
    }

    @Override
    public Map<String, String> folders(String reference) {
        return RootFolders.of(house, get(reference));
    }

    @Override
    public CompletableFuture<Integer> await(String reference, WaitCondition condition) {
        Container container = get(reference);
        return switch (condition) {
            case REMOVED -> container.removed().copy();
            case HEALTHY -> Wellness.of(house, container);
            case NEXT_EXIT ->
                container.ended().isDone()
                        ? nextEnd(container)
                        : container.ended().copy();
            case NOT_RUNNING ->
                container.running() || container.record().status() == Status.RESTARTING
                        ? container.ended().copy()
                        : CompletableFuture.completedFuture(container.record().exitCode());
        };
    }

    /** The end of a run that has not begun. */
    private static CompletableFuture<Integer> nextEnd(Container container) {
        container.enterPresent();
        try {
            if (!container.running()) {
                container.beginRun();
            }
            return container.ended().copy();
        } finally {
            container.leave();
        }
    }

    @Override
    public Attachment attach(String reference, AttachOptions options) {
        Container container = get(reference);
        if (container.record().status() == Status.PAUSED) {
            throw EngineException.conflict(
                    "container %s is paused, unpause the container before attach".formatted(reference));
        }
        house.publish(container, "attach");
        container.enterPresent(); // not between two runs
        try {
            if (!container.running() && options.stream()) {
                container.beginRun();
            }
            return new ContainerAttachment(container, options, () -> house.publish(container, "detach"));
        } finally {
            container.leave();
        }
    }

    @Override
    public void resize(String reference, int rows, int columns) {
        Container container = get(reference);
        Minder minder = container.minder();
        if (minder == null) {
            throw EngineException.conflict("container %s is not running".formatted(reference));
        }
        if (minder.terminal() != null) {
            Terminal.size(minder.terminal().number(), new Terminal.Size(rows, columns));
        }
        house.publish(container, "resize", Map.of("height", String.valueOf(rows), "width", String.valueOf(columns)));
    }

    @Override
    public OutputReader logs(String reference, LogOptions options) {
        Container container = get(reference);
        var log = container.record().host().logConfig();
        LogChoice choice = LogChoice.of(log);
        if (!choice.readable()) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED, "configured logging driver does not support reading");
        }
        OutputReader lines = lines(container, options);
        return options.details()
                ? new DetailedReader(lines, LogTags.attributes(container.record(), choice.options()))
                : lines;
    }

    private static OutputReader lines(Container container, LogOptions options) {
        if (!options.follow() || !container.running()) {
            return LogReader.lines(container.logs(), options, null);
        }
        LogReader reader = LogReader.lines(container.logs(), options, container.signal());
        return ContainerAttachment.watched(container, reader, LogPosition.START, false);
    }

    @Override
    public ContainerStats stats(String reference) {
        return sampler.once(get(reference));
    }

    @Override
    public StatsReader followStats(String reference) {
        return sampler.follow(get(reference));
    }

    @Override
    public Processes top(String reference, @Nullable String arguments) {
        Container container = get(reference);
        Cgroup group = container.cgroup();
        if (!container.running() || group == null) {
            throw EngineException.conflict("container %s is not running".formatted(container.id()));
        }
        Processes processes = ProcessTable.of(group.processes(), arguments);
        house.publish(container, "top");
        return processes;
    }

    @Override
    public List<Change> changes(String reference) {
        return RootChanges.of(house, get(reference));
    }

    @Override
    public void export(String reference, OutputStream tar) {
        Container container = get(reference);
        LocalImages.translate(() -> {
            try (RootView view = RootView.open(house.snapshots().open(container.id()))) {
                Tars.write(view.root(), tar);
            }
            return true;
        });
        house.publish(container, "export");
    }

    @Override
    public PathStat stat(String reference, String path) {
        return paths.stat(get(reference), path);
    }

    @Override
    public PathStat copyOut(String reference, String path, OutputStream tar) {
        Container container = get(reference);
        PathStat stat = paths.copyOut(container, path, tar);
        house.publish(container, "archive-path", Map.of("path", path));
        return stat;
    }

    @Override
    public void copyIn(
            String reference, String path, InputStream tar, boolean noOverwriteDirNonDir, boolean keepOwners) {
        Container container = get(reference);
        paths.copyIn(container, path, tar, noOverwriteDirNonDir, keepOwners);
        house.publish(container, "extract-to-dir", Map.of("path", path));
    }

    @Override
    public String commit(
            String reference,
            @Nullable ContainerConfig over,
            @Nullable String name,
            @Nullable String author,
            @Nullable String message,
            List<String> changes,
            boolean pause) {
        Container container = get(reference);
        boolean frozen =
                pause && container.record().status() == Status.RUNNING && unlessConflict(() -> pause(reference));
        try {
            return new Committing(house).commit(container, over, name, author, message, changes);
        } finally {
            if (frozen) {
                unlessConflict(() -> unpause(reference));
            }
        }
    }

    /** Whether it was done: somebody may have ended, paused or unpaused it meanwhile, and that is as good. */
    private static boolean unlessConflict(Runnable action) {
        try {
            action.run();
            return true;
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.CONFLICT && e.kind() != EngineException.Kind.NOT_FOUND) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public String explain(String reference) {
        return starting.explain(get(reference));
    }
}
