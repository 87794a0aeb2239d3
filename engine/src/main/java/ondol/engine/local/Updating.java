package ondol.engine.local;

import java.util.ArrayList;
import java.util.List;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.networks.TrafficOptions;
import ondol.engine.spec.ConfigCheck;
import ondol.engine.spec.LimitWarnings;
import ondol.engine.spec.SpecFactory;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.LimitException;
import ondol.linux.cgroup.Resources;
import ondol.linux.cgroup.Stats;
import ondol.oci.runtime.Spec;
import org.jspecify.annotations.Nullable;

/**
 * New limits for a container, also while it runs. All is checked before the first is written, and what is written is
 * put back where one is refused: nothing changes, or all.
 */
final class Updating {
    private final House house;

    Updating(House house) {
        this.house = house;
    }

    List<String> update(Container container, HostConfig changes) {
        List<String> warnings;
        container.enterPresent();
        try {
            HostConfig merged = HostChanges.merge(container.record().host(), changes);
            ConfigCheck.check(container.record().config(), merged, house.host());
            TrafficOptions.of(merged);
            warnings = new ArrayList<>(LimitWarnings.of(merged, house.host()));
            Cgroup group = container.cgroup();
            if (container.running() && group != null) {
                Resources wanted = resources(container, merged, changes);
                house.groups().tryOut(merged, container.record().tenant(), container.id(), wanted);
                apply(container, group, wanted, warnings);
                house.groups().cover(merged, container.record().tenant(), wanted);
            } else {
                house.groups()
                        .tryOut(
                                merged,
                                container.record().tenant(),
                                container.id(),
                                resources(container, merged, changes));
            }
            container.save(r -> r.change().host(merged).build());
            if (changes.annotations() != null && !changes.annotations().isEmpty()) {
                new Connecting(house).after(container);
            }
        } finally {
            container.leave();
        }
        house.publish(container, "update");
        return warnings;
    }

    private static Resources.Memory withKiller(Resources.@Nullable Memory memory) {
        return memory == null
                ? new Resources.Memory(null, null, null, null, false)
                : new Resources.Memory(memory.limit(), memory.reservation(), memory.swap(), memory.swappiness(), false);
    }

    /**
     * @param changes of which those are asked that need more than the merged configuration: whether devices' rules change
     *     too, and whether v1's OOM killer is switched on again, which is not said where it never was off
     */
    private Resources resources(Container container, HostConfig merged, HostConfig changes) {
        boolean rules = changes.deviceCgroupRules() != null
                && !changes.deviceCgroupRules().isEmpty();
        boolean killerOnAgain = Boolean.FALSE.equals(changes.oomKillDisable())
                && Boolean.TRUE.equals(container.record().host().oomKillDisable());
        Starting facts = new Starting(house, new Users(house.images(), house.snapshots()));
        Spec spec = SpecFactory.create(container.record().config(), merged, facts.facts(container), house.host());
        Resources all =
                GroupResources.of(spec.linux() == null ? null : spec.linux().resources());
        return new Resources(
                killerOnAgain ? withKiller(all.memory()) : all.memory(),
                all.cpu(),
                all.pids(),
                all.blockIo(),
                rules ? all.devices() : null,
                all.hugepageLimits(),
                all.unified());
    }

    private static void apply(Container container, Cgroup group, Resources wanted, List<String> warnings) {
        long killed = group.oomKills();
        try {
            group.update(wanted);
        } catch (LimitException e) {
            EngineException refused = Groups.refusal(e);
            throw new EngineException(
                    refused.kind(), "Cannot update container %s: %s".formatted(container.id(), e.getMessage()), e);
        }
        Stats stats = group.stats();
        memory(group.oomKills() - killed, stats.memory(), warnings);
        Stats.Pids pids = stats.pids();
        if (pids != null && pids.limit() >= 0 && pids.current() > pids.limit()) {
            warnings.add("%d tasks run, more than the new limit of %d: they stay, and no more can be made"
                    .formatted(pids.current(), pids.limit()));
        }
    }

    /** v1 refuses a limit below what is in use; v2 takes it, reclaims, and kills where that is not enough. */
    private static void memory(long killed, Stats.@Nullable Memory memory, List<String> warnings) {
        if (killed > 0) {
            warnings.add("more memory was in use than the new limit: the kernel reclaimed, and killed %d %s"
                    .formatted(killed, killed == 1 ? "process" : "processes"));
        } else if (memory != null && memory.limit() >= 0 && memory.usage() > memory.limit()) {
            warnings.add("%d bytes of memory are in use, more than the new limit of %d: the kernel goes on reclaiming"
                    .formatted(memory.usage(), memory.limit()));
        }
    }
}
