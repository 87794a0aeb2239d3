package ondol.engine.spec;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.ThrottleDevice;
import ondol.engine.WeightDevice;
import ondol.oci.runtime.BlockIoRate;
import ondol.oci.runtime.BlockIoResources;
import ondol.oci.runtime.BlockIoWeight;
import ondol.oci.runtime.CpuResources;
import ondol.oci.runtime.DeviceRule;
import ondol.oci.runtime.HugepageLimit;
import ondol.oci.runtime.LinuxResources;
import ondol.oci.runtime.MemoryResources;
import ondol.oci.runtime.PidsResources;
import org.jspecify.annotations.Nullable;

/** What a container may use of the machine, from checked settings. Also for changing the limits of a running one. */
public final class ResourceLimits {
    private static final long PERIOD = 100_000;
    static final long NANOS_PER_MICRO_OF_PERIOD = 1_000_000_000 / PERIOD;

    private ResourceLimits() {}

    /**
     * The limits that were said; what was not is null.
     *
     * @throws EngineException where they make no sense on this machine
     */
    public static LinuxResources of(HostConfig host, HostFacts machine) {
        return of(host, machine, null);
    }

    static LinuxResources of(HostConfig host, HostFacts machine, @Nullable List<DeviceRule> devices) {
        ResourceChecks.check(host, machine);
        return new LinuxResources(
                devices,
                memory(host, machine),
                cpu(host),
                pids(host),
                blockIo(host, machine.files()),
                hugepages(host),
                null,
                null,
                unified(host));
    }

    private static @Nullable MemoryResources memory(HostConfig host, HostFacts machine) {
        Long limit = Absent.unlessZero(host.memory());
        Long swap = Absent.unlessZero(host.memorySwap());
        if (limit != null && swap == null && machine.countsSwap()) {
            swap = limit < 0 || limit > Long.MAX_VALUE / 2 ? -1L : Long.valueOf(2 * limit);
        }
        Long swappiness = host.memorySwappiness();
        MemoryResources memory = new MemoryResources(
                limit,
                Absent.unlessZero(host.memoryReservation()),
                swap,
                null,
                null,
                swappiness == null || swappiness < 0 ? null : swappiness,
                Absent.no(host.oomKillDisable()) ? Boolean.TRUE : null,
                null,
                null);
        return said(memory.limit(), memory.reservation(), swap, memory.swappiness(), memory.disableOOMKiller())
                ? memory
                : null;
    }

    private static @Nullable CpuResources cpu(HostConfig host) {
        Long quota = Absent.unlessZero(host.cpuQuota());
        Long period = Absent.unlessZero(host.cpuPeriod());
        Long nanos = Absent.unlessZero(host.nanoCpus());
        if (nanos != null) {
            period = PERIOD;
            quota = nanos / NANOS_PER_MICRO_OF_PERIOD;
        }
        CpuResources cpu = new CpuResources(
                Absent.unlessZero(host.cpuShares()),
                quota,
                host.cpuBurst(),
                period,
                Absent.unlessZero(host.cpuRealtimeRuntime()),
                Absent.unlessZero(host.cpuRealtimePeriod()),
                Absent.unlessEmpty(host.cpusetCpus()),
                Absent.unlessEmpty(host.cpusetMems()),
                host.cpuIdle() == null ? null : host.cpuIdle() ? 1L : 0L);
        return said(
                        cpu.shares(),
                        quota,
                        cpu.burst(),
                        period,
                        cpu.realtimeRuntime(),
                        cpu.realtimePeriod(),
                        cpu.cpus(),
                        cpu.mems(),
                        cpu.idle())
                ? cpu
                : null;
    }

    private static @Nullable PidsResources pids(HostConfig host) {
        Long limit = host.pidsLimit();
        return limit == null ? null : new PidsResources(limit <= 0 ? -1L : limit);
    }

    private static @Nullable List<HugepageLimit> hugepages(HostConfig host) {
        List<HugepageLimit> limits = new ArrayList<>();
        Absent.map(host.hugetlbLimits()).forEach((size, bytes) -> limits.add(new HugepageLimit(size, bytes)));
        return limits.isEmpty() ? null : limits;
    }

    /** What the specification has no words for but the names of v2's files. */
    private static @Nullable Map<String, String> unified(HostConfig host) {
        Map<String, String> files = new TreeMap<>();
        Long high = Absent.unlessZero(host.memoryHigh());
        if (high != null) {
            files.put("memory.high", high < 0 ? "max" : high.toString());
        }
        Long guarantee = Absent.unlessZero(host.memoryGuarantee());
        if (guarantee != null) {
            files.put("memory.min", guarantee < 0 ? "0" : guarantee.toString());
        }
        if (host.memoryOomGroup() != null) {
            files.put("memory.oom.group", host.memoryOomGroup() ? "1" : "0");
        }
        files.putAll(Absent.map(host.cgroupConf()));
        return files.isEmpty() ? null : files;
    }

    private static @Nullable BlockIoResources blockIo(HostConfig host, HostFiles files) {
        Integer weight = host.blkioWeight();
        BlockIoResources blockIo = new BlockIoResources(
                weight == null || weight == 0 ? null : weight,
                null,
                weights(host.blkioWeightDevice(), files),
                rates(host.blkioDeviceReadBps(), files),
                rates(host.blkioDeviceWriteBps(), files),
                rates(host.blkioDeviceReadIOps(), files),
                rates(host.blkioDeviceWriteIOps(), files));
        return said(
                        blockIo.weight(),
                        blockIo.weightDevice(),
                        blockIo.throttleReadBpsDevice(),
                        blockIo.throttleWriteBpsDevice(),
                        blockIo.throttleReadIOPSDevice(),
                        blockIo.throttleWriteIOPSDevice())
                ? blockIo
                : null;
    }

    private static @Nullable List<BlockIoWeight> weights(@Nullable List<WeightDevice> devices, HostFiles files) {
        List<BlockIoWeight> weights = new ArrayList<>();
        for (WeightDevice device : Absent.list(devices)) {
            HostFiles.Disk node = block(device.path(), files);
            weights.add(new BlockIoWeight(node.major(), node.minor(), device.weight(), null));
        }
        return weights.isEmpty() ? null : weights;
    }

    private static @Nullable List<BlockIoRate> rates(@Nullable List<ThrottleDevice> devices, HostFiles files) {
        List<BlockIoRate> rates = new ArrayList<>();
        for (ThrottleDevice device : Absent.list(devices)) {
            HostFiles.Disk node = block(device.path(), files);
            rates.add(new BlockIoRate(node.major(), node.minor(), device.rate()));
        }
        return rates.isEmpty() ? null : rates;
    }

    private static HostFiles.Disk block(String path, HostFiles files) {
        try {
            return files.disk(path);
        } catch (NoSuchFileException e) {
            throw new EngineException(EngineException.Kind.INVALID, "stat " + path + ": no such file or directory", e);
        } catch (IOException e) {
            throw new EngineException(EngineException.Kind.INVALID, path + ": " + e.getMessage(), e);
        }
    }

    private static boolean said(@Nullable Object... values) {
        return Stream.of(values).anyMatch(Objects::nonNull);
    }
}
