package ondol.engine.local;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EngineException;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.keeper.Minder;
import org.jspecify.annotations.Nullable;

/** Signals to containers, and waiting for what they do. */
final class Stopping {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration AFTER_KILL = Duration.ofSeconds(30);

    private final House house;

    Stopping(House house) {
        this.house = house;
    }

    void stop(Container container, @Nullable String signal, @Nullable Duration patience) {
        if (giveUpRestart(container)) {
            return;
        }
        int number = signal == null || signal.isEmpty() ? ownSignal(container) : Signals.parse(signal);
        CompletableFuture<Integer> ended = intend(container, true, true);
        if (ended == null) {
            throw new EngineException(
                    EngineException.Kind.NOT_MODIFIED, "container %s is not running".formatted(container.id()));
        }
        signal(container, number);
        if (!endsWithin(ended, patience == null ? ownPatience(container) : patience)) {
            publishKill(container, Signals.KILL);
            killAll(container);
            if (!endsWithin(ended, AFTER_KILL)) {
                throw new EngineException(
                        EngineException.Kind.FAILED,
                        "container %s did not end although it was killed".formatted(container.id()));
            }
        }
        settled(container);
        house.publish(container, "stop");
    }

    /** Returns when what follows an end has been done, and said: events come in the order of a container's life. */
    private static void settled(Container container) {
        container.enter();
        container.leave();
    }

    /** Says so first: the end that may follow at once is said by others. */
    private void signal(Container container, int number) {
        publishKill(container, number);
        send(container, number);
    }

    private void publishKill(Container container, int number) {
        Map<String, String> attributes = new TreeMap<>(container.attributes());
        attributes.put("signal", String.valueOf(number));
        house.events().publish("container", "kill", container.id(), attributes);
    }

    void kill(Container container, @Nullable String signal) {
        int number = signal == null || signal.isEmpty() ? Signals.KILL : Signals.parse(signal);
        if (number == Signals.KILL && giveUpRestart(container)) {
            return;
        }
        boolean last = number == Signals.KILL || number == ownSignal(container);
        CompletableFuture<Integer> ended = intend(container, last, number == Signals.KILL);
        if (ended == null) {
            throw EngineException.conflict(
                    "cannot kill container: %s: container %s is not running".formatted(container.id(), container.id()));
        }
        signal(container, number);
        if (number == Signals.KILL && endsWithin(ended, AFTER_KILL)) {
            settled(container);
        }
    }

    /** Ends a run that is not well, so that its policy starts the next; as {@link #stop}, but nobody asked for it. */
    void stopUnwell(Container container, Object run) {
        CompletableFuture<Integer> ended;
        container.enter();
        try {
            if (container.record().status() != Status.RUNNING || !container.isRun(run)) {
                return;
            }
            ended = container.ended();
        } finally {
            container.leave();
        }
        signal(container, ownSignal(container));
        if (!endsWithin(ended, ownPatience(container))) {
            publishKill(container, Signals.KILL);
            killAll(container);
        }
    }

    /** Ends what runs, whatever it takes; for {@code rm -f}. */
    void end(Container container) {
        if (giveUpRestart(container)) {
            return;
        }
        CompletableFuture<Integer> ended = intend(container, true, false);
        if (ended == null) {
            return;
        }
        publishKill(container, Signals.KILL);
        killAll(container);
        if (!endsWithin(ended, AFTER_KILL)) {
            throw new EngineException(
                    EngineException.Kind.FAILED,
                    "container %s did not end although it was killed".formatted(container.id()));
        }
    }

    /**
     * Notes, before a signal is sent, what is meant by it; its end, which may come at any moment, sees it or came before.
     *
     * @param last its end is wanted: it is not started again after it
     * @param thaw a paused container goes on, to hear the signal
     * @return the end of the present run; null where there is none
     */
    private static @Nullable CompletableFuture<Integer> intend(Container container, boolean last, boolean thaw) {
        container.enter();
        try {
            if (!container.running()) {
                return null;
            }
            CompletableFuture<Integer> ended = container.ended();
            if (last) {
                container.save(r -> r.change().asked(false).build());
            }
            if (thaw) {
                thaw(container);
            }
            return ended;
        } finally {
            container.leave();
        }
    }

    /** A container that waits for its next start will not get it. */
    private static boolean giveUpRestart(Container container) {
        container.enter();
        try {
            if (container.record().status() != Status.RESTARTING) {
                return false;
            }
            container.save(r -> r.change().status(Status.EXITED).asked(false).build());
            return true;
        } finally {
            container.leave();
        }
    }

    private static int ownSignal(Container container) {
        String own = container.record().config().stopSignal();
        return own == null || own.isEmpty() ? Signals.TERM : Signals.parse(own);
    }

    private static Duration ownPatience(Container container) {
        Integer seconds = container.record().config().stopTimeout();
        return seconds == null ? PATIENCE : Duration.ofSeconds(seconds);
    }

    private static void thaw(Container container) {
        Cgroup group = container.cgroup();
        if (container.record().status() == Status.PAUSED && group != null) {
            group.thaw();
            container.save(r -> r.change().status(Status.RUNNING).build());
        }
    }

    /** To the process itself, never to another that got its number ({@code man 2 pidfd_send_signal}). */
    static void send(Container container, int signal) {
        Minder minder = container.minder();
        Descriptor process = minder == null ? null : minder.process();
        if (process == null) {
            return; // it has just ended
        }
        try {
            Kernel.call(Call.PIDFD_SEND_SIGNAL, container.id() + ", " + signal, process.number(), signal, 0, 0);
        } catch (KernelException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        } catch (IllegalStateException e) {
            // closed meanwhile: it has ended
        }
    }

    private static void killAll(Container container) {
        Cgroup group = container.cgroup();
        if (group == null) {
            send(container, Signals.KILL);
        } else {
            group.kill();
        }
    }

    private static boolean endsWithin(CompletableFuture<Integer> ended, Duration patience) {
        try {
            if (patience.isNegative()) {
                ended.get();
            } else {
                ended.get(TimeUnit.NANOSECONDS.convert(patience), TimeUnit.NANOSECONDS);
            }
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(
                    EngineException.Kind.FAILED, "interrupted while waiting for a container's end", e);
        }
    }
}
