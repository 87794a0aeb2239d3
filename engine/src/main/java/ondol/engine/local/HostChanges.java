package ondol.engine.local;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.ThrottleDevice;
import ondol.engine.WeightDevice;
import org.jspecify.annotations.Nullable;

/** A container's configuration with some of it changed. What is null, or 0 as older clients say it, stays. */
final class HostChanges {
    private final HostConfig now;
    private final HostConfig changes;
    private final HostConfigBuilder merged;

    private HostChanges(HostConfig now, HostConfig changes) {
        this.now = now;
        this.changes = changes;
        this.merged = HostConfigBuilder.builder(now);
    }

    static HostConfig merge(HostConfig now, HostConfig changes) {
        if (changes.devices() != null && !changes.devices().isEmpty()) {
            throw EngineException.invalid(
                    "a device file is made when a container is; change what may be used with a device rule (c 13:* rwm)");
        }
        HostChanges all = new HostChanges(now, changes);
        all.processors();
        all.memory();
        all.devices();
        all.merged.pidsLimit(said(changes.pidsLimit(), now.pidsLimit()));
        all.merged.hugetlbLimits(both(now.hugetlbLimits(), changes.hugetlbLimits()));
        all.merged.cgroupConf(both(now.cgroupConf(), changes.cgroupConf()));
        all.merged.annotations(both(now.annotations(), changes.annotations()));
        if (changes.restartPolicy() != null && text(changes.restartPolicy().name(), null) != null) {
            all.merged.restartPolicy(changes.restartPolicy());
        }
        return all.merged.build();
    }

    private void processors() {
        merged.cpuShares(number(changes.cpuShares(), now.cpuShares()));
        quota();
        merged.cpuRealtimePeriod(number(changes.cpuRealtimePeriod(), now.cpuRealtimePeriod()));
        merged.cpuRealtimeRuntime(number(changes.cpuRealtimeRuntime(), now.cpuRealtimeRuntime()));
        merged.cpusetCpus(text(changes.cpusetCpus(), now.cpusetCpus()));
        merged.cpusetMems(text(changes.cpusetMems(), now.cpusetMems()));
        merged.cpuIdle(said(changes.cpuIdle(), now.cpuIdle()));
    }

    /** A number of processors and a quota with its period say the same: what is said last holds. */
    private void quota() {
        boolean quota = number(changes.cpuQuota(), null) != null || number(changes.cpuPeriod(), null) != null;
        boolean nanos = number(changes.nanoCpus(), null) != null;
        if (quota && nanos) { // the check tells that one of them is too many
            merged.nanoCpus(changes.nanoCpus()).cpuQuota(changes.cpuQuota()).cpuPeriod(changes.cpuPeriod());
        } else if (nanos) {
            merged.nanoCpus(changes.nanoCpus()).cpuQuota(null).cpuPeriod(null);
        } else if (quota) {
            merged.nanoCpus(null);
            merged.cpuPeriod(number(changes.cpuPeriod(), now.cpuPeriod()));
            merged.cpuQuota(number(changes.cpuQuota(), now.cpuQuota()));
        }
        merged.cpuBurst(said(changes.cpuBurst(), now.cpuBurst()));
    }

    private void memory() {
        merged.memory(number(changes.memory(), now.memory()));
        merged.memoryReservation(number(changes.memoryReservation(), now.memoryReservation()));
        merged.memorySwap(number(changes.memorySwap(), now.memorySwap()));
        Long swappiness = changes.memorySwappiness();
        merged.memorySwappiness(swappiness != null && swappiness >= 0 ? swappiness : now.memorySwappiness());
        merged.oomKillDisable(said(changes.oomKillDisable(), now.oomKillDisable()));
        merged.memoryHigh(number(changes.memoryHigh(), now.memoryHigh()));
        merged.memoryGuarantee(number(changes.memoryGuarantee(), now.memoryGuarantee()));
        merged.memoryOomGroup(said(changes.memoryOomGroup(), now.memoryOomGroup()));
    }

    private void devices() {
        Integer weight = changes.blkioWeight();
        merged.blkioWeight(weight != null && weight != 0 ? weight : now.blkioWeight());
        merged.blkioWeightDevice(both(now.blkioWeightDevice(), changes.blkioWeightDevice(), WeightDevice::path));
        merged.blkioDeviceReadBps(rates(now.blkioDeviceReadBps(), changes.blkioDeviceReadBps()));
        merged.blkioDeviceWriteBps(rates(now.blkioDeviceWriteBps(), changes.blkioDeviceWriteBps()));
        merged.blkioDeviceReadIOps(rates(now.blkioDeviceReadIOps(), changes.blkioDeviceReadIOps()));
        merged.blkioDeviceWriteIOps(rates(now.blkioDeviceWriteIOps(), changes.blkioDeviceWriteIOps()));
        List<String> rules = changes.deviceCgroupRules();
        merged.deviceCgroupRules(rules != null && !rules.isEmpty() ? rules : now.deviceCgroupRules());
    }

    private static @Nullable List<ThrottleDevice> rates(
            @Nullable List<ThrottleDevice> now, @Nullable List<ThrottleDevice> changes) {
        return both(now, changes, ThrottleDevice::path);
    }

    /** Per device what was said last; a rate of 0, which takes a limit away, stays as such. */
    private static <T> @Nullable List<T> both(
            @Nullable List<T> now, @Nullable List<T> changes, Function<T, String> path) {
        if (changes == null || changes.isEmpty()) {
            return now;
        }
        Map<String, T> all = new LinkedHashMap<>();
        for (T device : now == null ? List.<T>of() : now) {
            all.put(path.apply(device), device);
        }
        changes.forEach(device -> all.put(path.apply(device), device));
        return new ArrayList<>(all.values());
    }

    private static <V> @Nullable Map<String, V> both(@Nullable Map<String, V> now, @Nullable Map<String, V> changes) {
        if (changes == null || changes.isEmpty()) {
            return now;
        }
        Map<String, V> all = new TreeMap<>(now == null ? Map.of() : now);
        all.putAll(changes);
        return all;
    }

    private static @Nullable Long number(@Nullable Long change, @Nullable Long now) {
        return change == null || change == 0 ? now : change;
    }

    private static <V> @Nullable V said(@Nullable V change, @Nullable V now) {
        return change == null ? now : change;
    }

    private static @Nullable String text(@Nullable String change, @Nullable String now) {
        return change == null || change.isEmpty() ? now : change;
    }
}
