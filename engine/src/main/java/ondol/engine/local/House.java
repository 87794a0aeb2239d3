package ondol.engine.local;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import ondol.engine.spec.HostFacts;
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
        ImageStore images,
        Snapshots snapshots,
        LocalVolumes volumes,
        Groups groups,
        List<String> cgroupMounts,
        Keeper keeper,
        UserRanges ranges,
        HostFacts host,
        SeccompPrograms seccomp,
        ExecutorService workers,
        ScheduledExecutorService timer) {

    void publish(Container container, String action) {
        events.publish("container", action, container.id(), container.attributes());
    }
}
