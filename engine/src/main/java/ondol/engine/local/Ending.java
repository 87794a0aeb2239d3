package ondol.engine.local;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.Health;
import ondol.engine.RestartPolicy;
import ondol.engine.spec.NamespaceChoice;
import ondol.linux.Errno;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.keeper.Minder;
import org.jspecify.annotations.Nullable;

/**
 * The end of a run: the exit code is recorded, those who wait are told, the groups go; then the container stays, is
 * started again, or is removed, as it was made.
 */
final class Ending {
    private static final System.Logger LOG = System.getLogger(Ending.class.getName());
    private static final long FIRST_PAUSE = 100;
    private static final long LONGEST_PAUSE = 60_000;
    private static final long STEADY = TimeUnit.SECONDS.toNanos(10);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(2);
    private static final int KILLED = 128 + Signals.KILL;

    private final House house;
    private final Starting starting;
    private final Removing removing;
    private final LocalExecs execs;
    private final HealthChecks health;

    Ending(House house, Starting starting, Removing removing, LocalExecs execs, HealthChecks health) {
        this.house = house;
        this.starting = starting;
        this.removing = removing;
        this.execs = execs;
        this.health = health;
    }

    /** Hears the minder of one run. Called by the loop's thread, so whatever may wait is done by a worker. */
    Minder.Listener listener(Container container) {
        Object run = container.newRun();
        return new Minder.Listener() {
            @Override
            public void output(int file, long offset) {
                container.signal().appended();
            }

            @Override
            public void dropped(long bytes, int error) {
                if (container.isRun(run)) {
                    container.lostOutput(bytes);
                    house.later(() -> missing(container, bytes, error));
                }
            }

            @Override
            public void exited(int status, long time) {
                tell(container, run, code(status), time);
            }

            @Override
            public void lost() {
                tell(container, run, KILLED, Container.now());
            }
        };
    }

    private void missing(Container container, long bytes, int error) {
        String why = Errno.of(error).words();
        LOG.log(
                Level.WARNING,
                "{0} bytes of the output of {1} are not in its log: {2}",
                String.valueOf(bytes),
                container.id(),
                why);
        house.publish(container, "log_lost", Map.of("bytes", String.valueOf(bytes), "reason", why));
    }

    /** The exit code that a shell would show: 128 and the signal, where a signal ended it ({@code man 2 wait}). */
    static int code(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? status >> 8 & 0xff : 128 + signal;
    }

    /**
     * Tells everybody of an end at once, where nobody has the container's stage and nothing of it can be left running; what
     * remains is done by the next who enters, a worker at the latest.
     */
    private void tell(Container container, Object run, int exitCode, long time) {
        if (NamespaceChoice.ownProcesses(container.record().host()) && container.tryEnter()) {
            try {
                announce(container, run, exitCode, time);
            } finally {
                container.leave();
            }
        }
        house.later(() -> {
            container.enter();
            try {
                announce(container, run, exitCode, time);
            } finally {
                container.leave();
            }
            container.enter(); // settles what was announced just now
            container.leave();
        });
    }

    /** Ends the run in memory. What takes time, or can fail, is left to be settled where that is possible. */
    private void announce(Container container, Object run, int exitCode, long time) {
        Minder minder = container.minder();
        if (!container.running() || minder == null || !container.isRun(run)) {
            return;
        }
        ContainerRecord before = container.record();
        boolean remove = Boolean.TRUE.equals(before.host().autoRemove());
        long pause = remove ? -1 : pauseBeforeRestart(container, exitCode, time);
        ContainerRecord after = before.change()
                .status(pause >= 0 ? Status.RESTARTING : Status.EXITED)
                .exitCode(exitCode)
                .finished(time)
                .lostOutput(container.lostOutput())
                .oomKilled(ranOutOfMemory(container))
                .health(HealthChecks.atEnd(before))
                .pid(0)
                .build();
        if (!NamespaceChoice.ownProcesses(before.host())) {
            clearGroup(container); // it has not ended before the last of its processes has
        }
        house.endpoints().close(container);
        container.show(r -> after);
        container.settleLater(() -> settle(container, after, minder, pause));
        container.endRun(exitCode);
        execs.ended(container);
        health.end(container);
    }

    private void settle(Container container, ContainerRecord after, Minder minder, long pause) {
        try {
            clearGroup(container);
            house.naming().close(container.id());
            house.limiting().close(after);
            if (!after.published().isEmpty()) {
                house.publishing().close(container);
            }
            boolean remove = Boolean.TRUE.equals(after.host().autoRemove());
            if (!remove) { // a record that goes at once need not be written
                container.saveSoon(r -> r, minder::forget); // until it is written, the minder knows
            }
            publish(container, after);
            if (remove) {
                minder.forget(); // first: without the container's folder nobody would find it any more
                removing.remove(container, true);
            } else if (pause >= 0) {
                house.after(pause, TimeUnit.MILLISECONDS, () -> again(container, after.finished()));
            }
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the end of container " + container.id() + " could not be handled", e);
        }
    }

    private void publish(Container container, ContainerRecord after) {
        if (after.oomKilled()) {
            house.publish(container, "oom");
        }
        Map<String, String> attributes = new TreeMap<>(container.attributes());
        attributes.put("exitCode", String.valueOf(after.exitCode()));
        long seconds = Math.max(0, (after.finished() - after.started()) / 1_000_000_000L);
        attributes.put("execDuration", String.valueOf(seconds));
        house.events().publish("container", "die", container.id(), attributes);
        house.publishVolumes(container, "unmount");
    }

    private static boolean ranOutOfMemory(Container container) {
        Cgroup group = container.cgroup();
        try {
            return group != null && group.oomKills() > 0;
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the memory events of {0} cannot be read: {1}", container.id(), e.getMessage());
            return false;
        }
    }

    /** Kills what is left of it (daemons, where it shares a pid namespace) and removes the groups. */
    private void clearGroup(Container container) {
        Cgroup group = container.cgroup();
        try {
            if (group != null) {
                if (!NamespaceChoice.ownProcesses(container.record().host())) {
                    empty(group); // what is killed late has used something, too
                }
                house.meter().ended(container);
                group.remove(); // kills, and waits until they are gone
            }
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the control group of {0} is left: {1}", container.id(), e.getMessage());
        }
        container.cgroup(null);
    }

    /** Ends what is in a group, and waits for it a little: what it used is metered before the group goes. */
    static void empty(Cgroup group) {
        group.kill();
        long until = System.nanoTime() + PATIENCE;
        while (group.isPopulated() && System.nanoTime() < until) {
            LockSupport.parkNanos(200_000);
        }
    }

    /** Milliseconds until the next start by the container's policy; -1 for never. */
    private static long pauseBeforeRestart(Container container, int exitCode, long time) {
        ContainerRecord record = container.record();
        RestartPolicy policy = record.host().restartPolicy();
        String name = policy == null || policy.name() == null ? "no" : policy.name();
        boolean again = record.asked()
                && switch (name) {
                    case "always", "unless-stopped" -> true;
                    case "on-failure" -> exitCode != 0 && attemptsLeft(policy, record.restarts());
                    case RestartPolicy.ON_UNHEALTHY ->
                        (exitCode != 0 || unhealthy(record)) && attemptsLeft(policy, record.restarts());
                    default -> false;
                };
        if (!again) {
            return -1;
        }
        // one that was never well has failed to start, however long that took
        boolean steady = time - record.started() > STEADY
                && (!name.equals(RestartPolicy.ON_UNHEALTHY) || container.wasHealthy() || record.health() == null);
        return container.nextPause(steady, FIRST_PAUSE, LONGEST_PAUSE);
    }

    private static boolean unhealthy(ContainerRecord record) {
        return record.health() != null && record.health().status() == Health.Status.UNHEALTHY;
    }

    private static boolean attemptsLeft(@Nullable RestartPolicy policy, int restarts) {
        Integer most = policy == null ? null : policy.maximumRetryCount();
        return most == null || most == 0 || restarts < most;
    }

    private void again(Container container, long ended) {
        container.enter();
        try {
            ContainerRecord now = container.record();
            if (now.status() != Status.RESTARTING || now.finished() != ended) {
                return; // stopped, removed or started by somebody meanwhile
            }
            starting.start(container, now.restarts() + 1);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "restart of container {0}: {1}", container.id(), e.getMessage());
        } finally {
            container.leave();
        }
    }
}
