package ondol.engine.local;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EngineException;
import ondol.engine.RestartPolicy;
import ondol.linux.KernelException;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.keeper.Minder;

/**
 * The beginning of an engine: what an earlier one left, however it ended, is compared to the records. Containers whose
 * minders answer go on; the others have ended; what belongs to no record goes.
 */
final class Recovering {
    private static final System.Logger LOG = System.getLogger(Recovering.class.getName());
    private static final int LOST = 255;

    private final House house;
    private final Starting starting;
    private final Ending ending;
    private final Removing removing;
    private final HealthChecks health;

    Recovering(House house, Starting starting, Ending ending, Removing removing, HealthChecks health) {
        this.house = house;
        this.starting = starting;
        this.ending = ending;
        this.removing = removing;
        this.health = health;
    }

    void recover() {
        List<ContainerRecord> records = house.records().loadAll(house.folders().containers());
        for (ContainerRecord record : records) {
            house.registry().add(new Container(house.folders().container(record.id()), house.records(), record));
            if (record.tenant() != null) {
                house.tenants().found(record.tenant());
            }
        }
        clear(records);
        house.tenants().recover();
        house.meter().open(records);
        house.registry().all().forEach(house.endpoints()::restore);
        house.snapshots().forgetLimits();
        for (Container container : house.registry().all()) {
            try {
                recover(container);
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "container " + container.id() + " could not be taken over", e);
            }
        }
        house.networks().reconcile(house.endpoints().links());
    }

    /**
     * Removes what belongs to no record: halves of a container that was being made or removed. A file that cannot be deleted
     * (a container may have made it immutable) is left, and said in the log: it is no reason not to begin.
     */
    private void clear(List<ContainerRecord> records) {
        Set<String> known = new HashSet<>();
        records.forEach(record -> known.add(record.id()));
        for (String unreadable : withRecord()) {
            known.add(unreadable); // a record that cannot be read is no reason to throw anything away
        }
        house.groups().clear(known::contains, house.tenants()::exists);
        for (String snapshot : house.snapshots().list()) {
            if (!known.contains(ImageMount.owner(snapshot))) {
                house.snapshots().remove(snapshot);
            }
        }
        for (Path folder : list(house.folders().trash())) {
            dismiss(folder);
            Removing.deleteQuietly(folder);
        }
        for (Path folder : list(house.folders().containers())) {
            boolean kept = known.contains(folder.getFileName().toString());
            forgetVolumes(folder.resolve(ContainerFiles.VOLUMES), kept);
            if (!kept) {
                Removing.deleteQuietly(folder);
            }
        }
    }

    /**
     * The note of anonymous volumes that were being made for a container.
     *
     * @param made whether it was: then its record has them, and they stay
     */
    private void forgetVolumes(Path note, boolean made) {
        try {
            if (!made && Files.exists(note)) {
                Files.readAllLines(note).forEach(house.volumes()::removeQuietly);
            }
            Files.deleteIfExists(note);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0} is left: {1}", note, e.getMessage());
        }
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.toList();
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot read %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    /** Lets the minder of a removed container go, where the engine was killed before it said so. */
    private void dismiss(Path folder) {
        try {
            house.keeper().find(folder, Minder.NOBODY).forget();
        } catch (KernelException e) {
            // it has gone
        }
    }

    /** The folders in which a record lies, whether or not it can be read. */
    private List<String> withRecord() {
        return list(house.folders().containers()).stream()
                .filter(folder -> Files.exists(folder.resolve(ContainerFiles.RECORD)))
                .map(folder -> folder.getFileName().toString())
                .toList();
    }

    private void recover(Container container) {
        container.enter();
        try {
            ContainerRecord record = container.record();
            if (record.status() == Status.REMOVING) {
                dismiss(container.folder());
                removing.remove(container, true);
                return;
            }
            boolean ran = container.running();
            String group = house.groups().path(record.host(), record.tenant(), record.id());
            house.groups().tree().open(group).ifPresent(container::cgroup);
            if (house.folders().boot().equals(record.boot()) || !ran) {
                takeOver(container, ran);
            } else {
                lost(container);
            }
            if (container.minder() == null) {
                house.logCopies().begin(container);
            }
            if (container.record().status() == Status.RESTARTING) {
                startAgain(container);
            }
        } finally {
            container.leave();
        }
    }

    /** Finds the minder, which may stay although the record does not know yet: the engine was killed during the start. */
    private void takeOver(Container container, boolean ran) {
        Minder minder;
        try {
            minder = house.keeper().find(container.folder(), ending.listener(container));
        } catch (KernelException e) {
            if (ran) {
                lost(container);
            } else {
                ifThere(container);
                if (container.record().started() != 0 && always(container.record())) {
                    container.save(r -> r.change().status(Status.RESTARTING).build());
                }
            }
            return;
        }
        house.endpoints().reopen(container);
        house.limiting().changed(container.record());
        house.publishing().reopen(container);
        reopenNames(container, minder.pid());
        container.beginRun();
        container.runs(minder);
        Status status = container.record().status() == Status.PAUSED ? Status.PAUSED : Status.RUNNING;
        container.save(r -> r.change()
                .status(status)
                .pid(minder.pid())
                .started(ran ? r.started() : minder.time())
                .asked(ran ? r.asked() : true) // killed during the start: what was asked had not been written yet
                .health(ran && r.health() != null ? r.health() : HealthChecks.atStart(r))
                .boot(house.folders().boot())
                .build());
        house.meter().resumed(container);
        house.logCopies().begin(container); // also what was written before its end is to be written there
        if (minder.running()) {
            health.begin(container);
        }
    }

    private void reopenNames(Container container, int pid) {
        try {
            house.naming().open(container.record(), pid);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "container {0} asks for names in vain: {1}", container.id(), e.getMessage());
        }
    }

    /** The minder is gone: the container went with it, or with the machine. */
    private void lost(Container container) {
        house.meter().resumed(container);
        ifThere(container);
        container.save(r -> r.change()
                .status(Status.EXITED)
                .exitCode(LOST)
                .health(HealthChecks.atEnd(r))
                .pid(0)
                .finished(Container.now())
                .build());
        container.endRun(LOST);
        ContainerRecord record = container.record();
        if (Boolean.TRUE.equals(record.host().autoRemove())) {
            removing.remove(container, true);
        } else if (wantsStart(record)) {
            container.save(r -> r.change().status(Status.RESTARTING).build());
        }
    }

    private void ifThere(Container container) {
        Cgroup group = container.cgroup();
        if (group != null) {
            Ending.empty(group);
            house.meter().ended(container);
            group.remove();
            container.cgroup(null);
        }
    }

    private static boolean wantsStart(ContainerRecord record) {
        RestartPolicy policy = record.host().restartPolicy();
        String name = policy == null || policy.name() == null ? "no" : policy.name();
        return always(record)
                || record.asked()
                        && List.of("unless-stopped", "on-failure", RestartPolicy.ON_UNHEALTHY)
                                .contains(name);
    }

    /** Started with the engine, although somebody may have stopped it. */
    private static boolean always(ContainerRecord record) {
        RestartPolicy policy = record.host().restartPolicy();
        return policy != null && "always".equals(policy.name());
    }

    private void startAgain(Container container) {
        house.later(() -> {
            container.enter();
            try {
                if (container.record().status() == Status.RESTARTING) {
                    starting.start(container, container.record().restarts() + 1);
                }
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "restart of container {0}: {1}", container.id(), e.getMessage());
            } finally {
                container.leave();
            }
        });
    }
}
