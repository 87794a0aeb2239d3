package ondol.engine.local;

import java.util.ArrayList;
import java.util.List;
import ondol.linux.cgroup.DeviceRule;
import ondol.linux.cgroup.Resources;
import ondol.oci.runtime.BlockIoRate;
import ondol.oci.runtime.BlockIoResources;
import ondol.oci.runtime.CpuResources;
import ondol.oci.runtime.LinuxResources;
import ondol.oci.runtime.MemoryResources;
import org.jspecify.annotations.Nullable;

/** The limits of a specification, as control groups take them. */
final class GroupResources {
    private GroupResources() {}

    static Resources of(@Nullable LinuxResources resources) {
        if (resources == null) {
            return Resources.NONE;
        }
        return new Resources(
                memory(resources.memory()),
                cpu(resources.cpu()),
                resources.pids() == null ? null : resources.pids().limit(),
                blockIo(resources.blockIO()),
                devices(resources),
                resources.hugepageLimits() == null
                        ? null
                        : resources.hugepageLimits().stream()
                                .map(limit -> new Resources.HugepageLimit(limit.pageSize(), limit.limit()))
                                .toList(),
                resources.unified());
    }

    /** The part that a kernel may refuse for other reasons than its values; null where there is none. */
    static @Nullable Resources unusual(Resources asked) {
        Resources.Cpu cpu = asked.cpu();
        Resources.Memory memory = asked.memory();
        boolean plain = (cpu == null
                        || cpu.equals(new Resources.Cpu(
                                cpu.shares(), cpu.quota(), null, cpu.period(), null, null, null, null, null)))
                && (memory == null
                        || memory.equals(
                                new Resources.Memory(memory.limit(), memory.reservation(), memory.swap(), null, null)))
                && asked.blockIo() == null
                && asked.hugepageLimits() == null
                && asked.unified() == null;
        return plain
                ? null
                : new Resources(
                        memory, cpu, asked.pids(), asked.blockIo(), null, asked.hugepageLimits(), asked.unified());
    }

    private static @Nullable List<DeviceRule> devices(LinuxResources resources) {
        if (resources.devices() == null) {
            return null;
        }
        List<DeviceRule> rules = new ArrayList<>();
        for (var rule : resources.devices()) {
            String type = rule.type() == null || rule.type().isEmpty() ? "a" : rule.type();
            String access = rule.access() == null || rule.access().isEmpty() ? "rwm" : rule.access();
            rules.add(new DeviceRule(rule.allow(), type.charAt(0), rule.major(), rule.minor(), access));
        }
        return rules;
    }

    private static Resources.@Nullable Memory memory(@Nullable MemoryResources memory) {
        return memory == null
                ? null
                : new Resources.Memory(
                        memory.limit(),
                        memory.reservation(),
                        memory.swap(),
                        memory.swappiness(),
                        memory.disableOOMKiller());
    }

    private static Resources.@Nullable Cpu cpu(@Nullable CpuResources cpu) {
        return cpu == null
                ? null
                : new Resources.Cpu(
                        cpu.shares(),
                        cpu.quota(),
                        cpu.burst(),
                        cpu.period(),
                        cpu.realtimeRuntime(),
                        cpu.realtimePeriod(),
                        cpu.cpus(),
                        cpu.mems(),
                        cpu.idle());
    }

    private static Resources.@Nullable BlockIo blockIo(@Nullable BlockIoResources io) {
        if (io == null) {
            return null;
        }
        List<Resources.DeviceValue> weights = io.weightDevice() == null
                ? null
                : io.weightDevice().stream()
                        .filter(weight -> weight.weight() != null)
                        .map(weight -> new Resources.DeviceValue(weight.major(), weight.minor(), weight.weight()))
                        .toList();
        return new Resources.BlockIo(
                io.weight(),
                weights,
                rates(io.throttleReadBpsDevice()),
                rates(io.throttleWriteBpsDevice()),
                rates(io.throttleReadIOPSDevice()),
                rates(io.throttleWriteIOPSDevice()));
    }

    private static @Nullable List<Resources.DeviceValue> rates(@Nullable List<BlockIoRate> rates) {
        return rates == null
                ? null
                : rates.stream()
                        .map(rate -> new Resources.DeviceValue(rate.major(), rate.minor(), rate.rate()))
                        .toList();
    }
}
