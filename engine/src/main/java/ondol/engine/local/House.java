package ondol.engine.local;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import ondol.engine.spec.HostFacts;
import ondol.engine.spec.MountPoint;
import ondol.image.ImageStore;
import ondol.image.Snapshots;
import ondol.linux.keeper.Keeper;

/**
 * What the stages of a container's life share: one object, wired by hand in {@link LocalEngine}.
 *
 * @param workers run what follows an end; they may wait
 * @param timer starts what comes later
 * @param cgroupMounts v1 hierarchies that containers see; empty on pure v2
 */
record House(
        Folders folders,
        Records<ContainerRecord> records,
        Registry registry,
        EventLog events,
        LogCopies logCopies,
        ImageStore images,
        Snapshots snapshots,
        LocalVolumes volumes,
        NetworkTable networks,
        Endpoints endpoints,
        Publishing publishing,
        Naming naming,
        Limiting limiting,
        Groups groups,
        LocalTenants tenants,
        LocalMeter meter,
        List<String> cgroupMounts,
        Keeper keeper,
        UserRanges ranges,
        HostFacts host,
        SeccompPrograms seccomp,
        ExecutorService workers,
        ScheduledExecutorService timer) {

    /** Has a worker do it; not any more once the engine closes: then the next one finds it to be done. */
    void later(Runnable task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException e) {
            // the engine closes
        }
    }

    /** As {@link #later}, and not before so much time has passed; what is returned can be cancelled until then. */
    Future<?> after(long time, TimeUnit unit, Runnable task) {
        try {
            return timer.schedule(() -> later(task), time, unit);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedFuture(null); // the engine closes
        }
    }

    void publish(Container container, String action) {
        events.publish("container", action, container.id(), container.attributes());
    }

    /** As {@link #publish}, with more to say of what was done. */
    void publish(Container container, String action, Map<String, String> more) {
        Map<String, String> attributes = new TreeMap<>(container.attributes());
        attributes.putAll(more);
        events.publish("container", action, container.id(), attributes);
    }

    /** Says that a container has its volumes now, or no longer. */
    void publishVolumes(Container container, String action) {
        for (MountPoint mount : container.record().mounts()) {
            String name = mount.name();
            if (name != null) {
                Map<String, String> attributes = new TreeMap<>(Map.of("container", container.id(), "driver", "local"));
                if (action.equals("mount")) {
                    attributes.put("destination", mount.destination());
                    attributes.put("propagation", Objects.requireNonNullElse(mount.propagation(), ""));
                    attributes.put("read/write", String.valueOf(!mount.readOnly()));
                }
                events.publish("volume", action, name, attributes);
            }
        }
    }
}
