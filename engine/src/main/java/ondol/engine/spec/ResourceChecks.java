package ondol.engine.spec;

import java.util.List;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.ThrottleDevice;
import ondol.engine.Ulimit;
import ondol.engine.WeightDevice;
import org.jspecify.annotations.Nullable;

/** Refuses limits that make no sense, or not on this machine. */
final class ResourceChecks {
    private static final long LEAST_MEMORY = 6L << 20;
    private static final long LEAST_NANO_CPUS = 10_000_000;
    private static final long SHORTEST_PERIOD = 1_000;
    private static final long LONGEST_PERIOD = 1_000_000;

    private ResourceChecks() {}

    static void check(HostConfig host, HostFacts machine) {
        memory(host);
        swap(host, machine);
        OwnLimitChecks.check(host, machine);
        cpu(host, machine);
        cpuset("cpus", "CPUs", host.cpusetCpus(), machine.cpuset());
        cpuset("mems", "memory nodes", host.cpusetMems(), machine.memoryNodes());
        blockIo(host);
        refuse(Absent.zero(host.shmSize()) < 0, "SHM size can not be less than 0");
        Integer score = host.oomScoreAdj();
        refuse(
                score != null && (score < -1000 || score > 1000),
                "Invalid value %d, range for oom score adj is [-1000, 1000]",
                score);
        for (Ulimit ulimit : Absent.list(host.ulimits())) {
            ResourceChecks.ulimit(ulimit);
        }
    }

    private static void memory(HostConfig host) {
        long memory = Absent.zero(host.memory());
        long reservation = Absent.zero(host.memoryReservation());
        long swap = Absent.zero(host.memorySwap());
        refuse(memory != 0 && memory != -1 && memory < LEAST_MEMORY, "Minimum memory limit allowed is 6MB");
        refuse(
                memory > 0 && swap > 0 && swap < memory,
                "Minimum memoryswap limit should be larger than memory limit, see usage");
        refuse(
                memory <= 0 && swap > 0,
                "You should always set the Memory limit when using Memoryswap limit, see usage");
        refuse(swap < -1, "Invalid value %d for memory and swap, -1 is unlimited", swap);
        Long swappiness = host.memorySwappiness();
        refuse(
                swappiness != null && (swappiness < -1 || swappiness > 100),
                "Invalid value: %d, valid memory swappiness range is 0-100",
                swappiness);
        refuse(
                reservation != 0 && reservation != -1 && reservation < LEAST_MEMORY,
                "Minimum memory reservation allowed is 6MB");
        refuse(
                memory > 0 && reservation > memory,
                "Minimum memory limit can not be less than memory reservation limit, see usage");
    }

    private static void swap(HostConfig host, HostFacts machine) {
        if (!machine.countsSwap() && Absent.zero(host.memorySwap()) > 0) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "this kernel does not count swap per group (CONFIG_SWAP, swapaccount=1), so it cannot limit it; leave"
                            + " --memory-swap out");
        }
    }

    private static void cpu(HostConfig host, HostFacts machine) {
        long nanos = Absent.zero(host.nanoCpus());
        long quota = Absent.zero(host.cpuQuota());
        long period = Absent.zero(host.cpuPeriod());
        long shares = Absent.zero(host.cpuShares());
        refuse(nanos != 0 && period != 0, "Conflicting options: Nano CPUs and CPU Period cannot both be set");
        refuse(nanos != 0 && quota != 0, "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
        refuse(
                nanos != 0 && (nanos < LEAST_NANO_CPUS || nanos > machine.cpus() * 1_000_000_000L),
                "Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available",
                machine.cpus(),
                machine.cpus());
        refuse(
                period != 0 && (period < SHORTEST_PERIOD || period > LONGEST_PERIOD),
                "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        refuse(quota < -1, "Invalid value %d for the CPU quota, -1 is unlimited", quota);
        refuse(quota > 0 && quota < SHORTEST_PERIOD, "CPU cfs quota can not be less than 1ms (i.e. 1000)");
        refuse(shares != 0 && shares < 2, "the minimum allowed cpu-shares is 2");
        refuse(shares > 262_144, "the maximum allowed cpu-shares is 262144");
        long realtimePeriod = Absent.zero(host.cpuRealtimePeriod());
        refuse(
                realtimePeriod != 0 && Absent.zero(host.cpuRealtimeRuntime()) > realtimePeriod,
                "cpu real-time runtime cannot be higher than cpu real-time period");
    }

    private static void cpuset(String name, String what, @Nullable String asked, String available) {
        if (asked == null || asked.isEmpty()) {
            return;
        }
        Cpuset wanted;
        try {
            wanted = Cpuset.parse(asked);
        } catch (IllegalArgumentException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "Invalid value %s for cpuset %s: %s".formatted(asked, name, e.getMessage()),
                    e);
        }
        refuse(
                !Cpuset.parse(available).contains(wanted),
                "Requested %s are not available - requested %s, available: %s",
                what,
                asked,
                available);
    }

    private static void blockIo(HostConfig host) {
        Integer weight = host.blkioWeight();
        refuse(
                weight != null && weight != 0 && (weight < 10 || weight > 1000),
                "Range of blkio weight is from 10 to 1000");
        for (WeightDevice device : Absent.list(host.blkioWeightDevice())) {
            path(device.path());
            refuse(
                    device.weight() < 10 || device.weight() > 1000,
                    "Range of blkio weight is from 10 to 1000: %s",
                    device.path());
        }
        rates(host.blkioDeviceReadBps());
        rates(host.blkioDeviceWriteBps());
        rates(host.blkioDeviceReadIOps());
        rates(host.blkioDeviceWriteIOps());
    }

    private static void rates(@Nullable List<ThrottleDevice> devices) {
        for (ThrottleDevice device : Absent.list(devices)) {
            path(device.path());
            refuse(device.rate() < 0, "the rate of %s can not be less than 0", device.path());
        }
    }

    /** A client may leave it out. */
    private static void path(@Nullable String device) {
        refuse(device == null || device.isEmpty(), "a limit of a block device has no Path, such as /dev/sda");
    }

    private static void ulimit(Ulimit ulimit) {
        String name = ulimit.name(); // null where a client left it out
        refuse(name == null || !Rlimits.known(name), "invalid ulimit type: %s", ulimit.name());
        refuse(
                ulimit.hard() != -1 && (ulimit.soft() == -1 || ulimit.soft() > ulimit.hard()),
                "ulimit soft limit must be less than or equal to hard limit: %d > %d",
                ulimit.soft(),
                ulimit.hard());
        refuse(
                ulimit.soft() < -1 || ulimit.hard() < -1,
                "ulimit %s can not be less than -1, which is unlimited",
                ulimit.name());
    }

    private static void refuse(boolean refused, String sentence, @Nullable Object... values) {
        if (refused) {
            throw EngineException.invalid(sentence.formatted(values));
        }
    }
}
