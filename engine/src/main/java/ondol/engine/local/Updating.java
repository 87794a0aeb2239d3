package ondol.engine.local;

import java.util.List;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.spec.ConfigCheck;
import ondol.engine.spec.SpecFactory;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.LimitException;
import ondol.linux.cgroup.Resources;
import ondol.oci.runtime.Spec;
import org.jspecify.annotations.Nullable;

/** New limits for a container, also while it runs. */
final class Updating {
    private final House house;

    Updating(House house) {
        this.house = house;
    }

    List<String> update(Container container, HostConfig changes) {
        container.enter();
        try {
            HostConfig merged = merge(container.record().host(), changes);
            ConfigCheck.check(container.record().config(), merged, house.host());
            Cgroup group = container.cgroup();
            if (container.running() && group != null) {
                apply(container, merged, group);
            }
            container.save(r -> r.change().host(merged).build());
        } finally {
            container.leave();
        }
        house.publish(container, "update");
        return List.of();
    }

    private void apply(Container container, HostConfig merged, Cgroup group) {
        Starting facts = new Starting(house, new Users(house.images(), house.snapshots()));
        Spec spec = SpecFactory.create(container.record().config(), merged, facts.facts(container), house.host());
        Resources wanted =
                GroupResources.of(spec.linux() == null ? null : spec.linux().resources());
        try {
            group.update(new Resources(
                    wanted.memory(),
                    wanted.cpu(),
                    wanted.pids(),
                    wanted.blockIo(),
                    null,
                    wanted.hugepageLimits(),
                    wanted.unified()));
        } catch (LimitException e) {
            EngineException.Kind kind = e.reason() == LimitException.Reason.INVALID
                    ? EngineException.Kind.INVALID
                    : EngineException.Kind.FAILED;
            throw new EngineException(
                    kind, "Cannot update container %s: %s".formatted(container.id(), e.getMessage()), e);
        }
    }

    /** What is null, or 0 as older clients say it, stays. */
    private static HostConfig merge(HostConfig now, HostConfig changes) {
        HostConfigBuilder merged = HostConfigBuilder.builder(now);
        merged.cpuShares(said(changes.cpuShares(), now.cpuShares()));
        merged.memory(said(changes.memory(), now.memory()));
        merged.memoryReservation(said(changes.memoryReservation(), now.memoryReservation()));
        merged.memorySwap(said(changes.memorySwap(), now.memorySwap()));
        merged.cpuPeriod(said(changes.cpuPeriod(), now.cpuPeriod()));
        merged.cpuQuota(said(changes.cpuQuota(), now.cpuQuota()));
        merged.cpuRealtimePeriod(said(changes.cpuRealtimePeriod(), now.cpuRealtimePeriod()));
        merged.cpuRealtimeRuntime(said(changes.cpuRealtimeRuntime(), now.cpuRealtimeRuntime()));
        merged.nanoCpus(said(changes.nanoCpus(), now.nanoCpus()));
        merged.pidsLimit(changes.pidsLimit() != null ? changes.pidsLimit() : now.pidsLimit());
        merged.blkioWeight(
                changes.blkioWeight() != null && changes.blkioWeight() != 0
                        ? changes.blkioWeight()
                        : now.blkioWeight());
        merged.cpusetCpus(text(changes.cpusetCpus(), now.cpusetCpus()));
        merged.cpusetMems(text(changes.cpusetMems(), now.cpusetMems()));
        if (changes.restartPolicy() != null && text(changes.restartPolicy().name(), null) != null) {
            merged.restartPolicy(changes.restartPolicy());
        }
        return merged.build();
    }

    private static @Nullable Long said(@Nullable Long change, @Nullable Long now) {
        return change == null || change == 0 ? now : change;
    }

    private static @Nullable String text(@Nullable String change, @Nullable String now) {
        return change == null || change.isEmpty() ? now : change;
    }
}
