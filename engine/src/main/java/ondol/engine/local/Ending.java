package ondol.engine.local;

import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.RestartPolicy;
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
    private static final int KILLED = 128 + Signals.KILL;

    private final House house;
    private final Starting starting;
    private final Removing removing;

    Ending(House house, Starting starting, Removing removing) {
        this.house = house;
        this.starting = starting;
        this.removing = removing;
    }

    /** Hears the minder of one run. Called by the loop's thread, so whatever may wait is done by a worker. */
    Minder.Listener listener(Container container) {
        return new Minder.Listener() {
            @Override
            public void output(int file, long offset) {
                container.signal().appended();
            }

            @Override
            public void exited(int status, long time) {
                house.later(() -> ended(container, code(status), time));
            }

            @Override
            public void lost() {
                house.later(() -> ended(container, KILLED, Container.now()));
            }
        };
    }

    /** The exit code that a shell would show: 128 and the signal, where a signal ended it ({@code man 2 wait}). */
    static int code(int status) {
        int signal = status & 0x7f;
        return signal == 0 ? status >> 8 & 0xff : 128 + signal;
    }

    void ended(Container container, int exitCode, long time) {
        container.stage.lock();
        try {
            if (!container.running()) {
                return;
            }
            end(container, exitCode, time);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the end of container " + container.id() + " could not be handled", e);
        } finally {
            container.stage.unlock();
        }
    }

    private void end(Container container, int exitCode, long time) {
        Minder minder = container.minder();
        boolean oom = clearGroup(container);
        ContainerRecord before = container.record();
        boolean remove = Boolean.TRUE.equals(before.host().autoRemove());
        long pause = remove ? -1 : pauseBeforeRestart(before, exitCode, time);
        Status status = pause >= 0 ? Status.RESTARTING : Status.EXITED;
        UnaryOperator<ContainerRecord> change = r -> r.change()
                .status(status)
                .exitCode(exitCode)
                .finished(time)
                .oomKilled(oom)
                .pid(0)
                .build();
        if (remove) {
            container.show(change); // a record that goes at once need not be written
        } else {
            container.save(change);
        }
        container.endRun(exitCode);
        if (minder != null) {
            minder.forget();
        }
        if (oom) {
            house.publish(container, "oom");
        }
        Map<String, String> attributes = new TreeMap<>(container.attributes());
        attributes.put("exitCode", String.valueOf(exitCode));
        attributes.put("execDuration", String.valueOf(Math.max(0, (time - before.started()) / 1_000_000_000L)));
        house.events().publish("container", "die", container.id(), attributes);
        if (remove) {
            removing.remove(container, true);
        } else if (pause >= 0) {
            house.after(pause, TimeUnit.MILLISECONDS, () -> again(container, time));
        }
    }

    /** Kills what is left of it (daemons, where it shares a pid namespace) and removes the groups; whether memory ran out. */
    private boolean clearGroup(Container container) {
        Cgroup group = container.cgroup();
        if (group == null) {
            return false;
        }
        boolean oom = false;
        try {
            oom = group.oomKills() > 0;
            group.remove();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "the control group of {0} is left: {1}", container.id(), e.getMessage());
        }
        container.cgroup(null);
        return oom;
    }

    /** Milliseconds until the next start by the container's policy; -1 for never. */
    private static long pauseBeforeRestart(ContainerRecord record, int exitCode, long time) {
        RestartPolicy policy = record.host().restartPolicy();
        String name = policy == null || policy.name() == null ? "no" : policy.name();
        boolean again = record.asked()
                && switch (name) {
                    case "always", "unless-stopped" -> true;
                    case "on-failure" -> exitCode != 0 && attemptsLeft(policy, record.restarts());
                    default -> false;
                };
        if (!again) {
            return -1;
        }
        boolean steady = time - record.started() > STEADY;
        int doubled = steady ? 0 : Math.min(record.restarts(), 20);
        return Math.min(LONGEST_PAUSE, FIRST_PAUSE << doubled);
    }

    private static boolean attemptsLeft(@Nullable RestartPolicy policy, int restarts) {
        Integer most = policy == null ? null : policy.maximumRetryCount();
        return most == null || most == 0 || restarts < most;
    }

    private void again(Container container, long ended) {
        container.stage.lock();
        try {
            ContainerRecord now = container.record();
            if (now.status() != Status.RESTARTING || now.finished() != ended) {
                return; // stopped, removed or started by somebody meanwhile
            }
            starting.start(container, now.restarts() + 1);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "restart of container {0}: {1}", container.id(), e.getMessage());
        } finally {
            container.stage.unlock();
        }
    }
}
