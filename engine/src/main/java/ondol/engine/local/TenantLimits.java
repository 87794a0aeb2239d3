package ondol.engine.local;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.TenantConfig;
import ondol.engine.ThrottleDevice;
import ondol.engine.spec.HostFacts;
import ondol.engine.spec.ResourceLimits;
import ondol.linux.cgroup.Controller;
import ondol.linux.cgroup.Hierarchies;
import ondol.linux.cgroup.Resources;
import org.jspecify.annotations.Nullable;

/**
 * Translates a tenant's limits to those of its control group. Shares are proportional in both versions: a weight of 100
 * is v2's {@code cpu.weight} 100 and v1's {@code cpu.shares} 1024, and others are as many times that.
 */
final class TenantLimits {
    static final long DEFAULT_WEIGHT = 100;
    private static final long DEFAULT_SHARES = 1024;
    private static final long UNLIMITED = -1;
    private static final long MOST_WEIGHT = 10_000;
    private static final long LEAST_MEMORY = 6L << 20;

    private final HostFacts host;
    private final Hierarchies hierarchies;
    private final long machineMemory;

    TenantLimits(HostFacts host, Hierarchies hierarchies, long machineMemory) {
        this.host = host;
        this.hierarchies = hierarchies;
        this.machineMemory = machineMemory;
    }

    /** @throws EngineException with a sentence, for what makes no sense on this machine */
    void check(TenantConfig config) {
        Long weight = config.cpuWeight();
        if (weight != null && (weight < 1 || weight > MOST_WEIGHT)) {
            throw EngineException.invalid("cpu-weight: %d is not between 1 and %d".formatted(weight, MOST_WEIGHT));
        }
        atLeast("memory", config.memory(), LEAST_MEMORY, "6 MiB");
        atLeast("memory-guarantee", config.memoryGuarantee(), 1, "1 byte");
        atLeast("pids", config.pids(), 1, "1");
        atLeast("disk", config.disk(), 1, "1 byte");
        atLeast("net-rate", config.netRate(), 8000, "8 kbit per second");
        if (config.maxContainers() != null && config.maxContainers() < 1) {
            throw EngineException.invalid("max-containers: %d is less than 1".formatted(config.maxContainers()));
        }
        Long memory = config.memory();
        Long guarantee = config.memoryGuarantee();
        if (memory != null && guarantee != null && guarantee > memory) {
            throw EngineException.invalid("memory-guarantee: %s is more than the tenant's memory limit, %s"
                    .formatted(bytes(guarantee), bytes(memory)));
        }
        checkDevices(config);
        ResourceLimits.of(words(config), host);
    }

    /** v1 throttles each group for itself, whatever the one above it may do (cgroup-v1/blkio-controller.rst). */
    private void checkDevices(TenantConfig config) {
        boolean asked = Stream.of(
                        config.deviceReadBps(),
                        config.deviceWriteBps(),
                        config.deviceReadIOps(),
                        config.deviceWriteIOps())
                .anyMatch(devices -> devices != null && !devices.isEmpty());
        if (asked && !unified(Controller.BLKIO)) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "device rates: in control groups v1, as here, the kernel holds them for single containers and not for"
                            + " their sum: give them to the tenant's containers (run --device-read-bps …), or use v2");
        }
    }

    private static void atLeast(String limit, @Nullable Long value, long least, String shown) {
        if (value != null && value < least) {
            throw EngineException.invalid("%s: %d is less than %s".formatted(limit, value, shown));
        }
    }

    /** Refuses guarantees that the machine cannot keep all at once, with the arithmetic. */
    void checkGuarantees(Map<String, Long> guarantees) {
        long sum = 0;
        List<String> terms = new ArrayList<>();
        for (Map.Entry<String, Long> each : new TreeMap<>(guarantees).entrySet()) {
            sum = Math.addExact(sum, each.getValue());
            terms.add("%s (%s)".formatted(bytes(each.getValue()), each.getKey()));
        }
        if (sum > machineMemory) {
            throw EngineException.invalid("memory-guarantee: %s = %s, and the machine has %s"
                    .formatted(String.join(" + ", terms), bytes(sum), bytes(machineMemory)));
        }
    }

    /** Bytes in the largest binary unit that leaves three digits or more. */
    static String bytes(long bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double size = bytes;
        while (size >= 1024 && unit < units.length - 1) {
            size /= 1024;
            unit++;
        }
        return (size == Math.rint(size) ? "%.0f %s" : "%.2f %s").formatted(size, units[unit]);
    }

    /** What both have words for, in a container's. */
    private static HostConfig words(TenantConfig config) {
        return HostConfigBuilder.builder()
                .nanoCpus(config.nanoCpus())
                .memory(config.memory())
                .memorySwap(config.memory()) // a tenant's memory does not go on in swap
                .pidsLimit(config.pids())
                .blkioWeight(config.ioWeight())
                .blkioDeviceReadBps(config.deviceReadBps())
                .blkioDeviceWriteBps(config.deviceWriteBps())
                .blkioDeviceReadIOps(config.deviceReadIOps())
                .blkioDeviceWriteIOps(config.deviceWriteIOps())
                .build();
    }

    /**
     * The limits of the tenant's group.
     *
     * @param before what the group has been given, whose limits are taken away where they are not said any more; null for
     *     a new group
     */
    Resources resources(TenantConfig config, @Nullable TenantConfig before) {
        TenantConfig full = before == null ? config : taking(config, before);
        Resources said = GroupResources.of(ResourceLimits.of(words(full), host));
        boolean capped = before != null && before.nanoCpus() != null;
        Map<String, String> unified = new TreeMap<>();
        return new Resources(
                memory(config, before, said.memory(), unified),
                cpu(config, capped, said.cpu(), unified),
                has(Controller.PIDS) ? Objects.requireNonNullElse(config.pids(), UNLIMITED) : config.pids(),
                said.blockIo(),
                null,
                null,
                unified.isEmpty() ? null : unified);
    }

    private boolean has(Controller controller) {
        return hierarchies.home(controller).isPresent();
    }

    private boolean unified(Controller controller) {
        return hierarchies.home(controller).filter(home -> home.unified()).isPresent();
    }

    private Resources.@Nullable Cpu cpu(
            TenantConfig config, boolean capped, Resources.@Nullable Cpu said, Map<String, String> unified) {
        Long quota = said == null ? null : said.quota();
        Long period = said == null ? null : said.period();
        if (quota == null && capped) {
            quota = UNLIMITED;
        }
        long weight = Objects.requireNonNullElse(config.cpuWeight(), DEFAULT_WEIGHT);
        Long shares = null;
        if (unified(Controller.CPU)) {
            unified.put("cpu.weight", Long.toString(weight));
        } else if (has(Controller.CPU)) {
            shares = Math.max(2, Math.round(weight * (double) DEFAULT_SHARES / DEFAULT_WEIGHT));
        }
        return shares == null && quota == null && period == null
                ? null
                : new Resources.Cpu(shares, quota, null, period, null, null, null, null, null);
    }

    private Resources.@Nullable Memory memory(
            TenantConfig config,
            @Nullable TenantConfig before,
            Resources.@Nullable Memory said,
            Map<String, String> unified) {
        Long limit = said == null ? null : said.limit();
        Long swap = said == null ? null : said.swap();
        if (limit == null && before != null && before.memory() != null) {
            limit = UNLIMITED;
            swap = UNLIMITED;
        }
        Long guarantee = config.memoryGuarantee();
        boolean lifted = guarantee == null && before != null && before.memoryGuarantee() != null;
        Long soft = null;
        if (unified(Controller.MEMORY)) {
            if (guarantee != null || lifted) {
                unified.put("memory.min", guarantee == null ? "0" : guarantee.toString());
            }
        } else if (guarantee != null || lifted) {
            soft = guarantee == null ? UNLIMITED : guarantee;
        }
        return limit == null && swap == null && soft == null
                ? null
                : new Resources.Memory(limit, soft, swap, null, null);
    }

    /** The configuration, with an explicit "no limit" for each device that had one before. */
    private static TenantConfig taking(TenantConfig config, TenantConfig before) {
        return new TenantConfig(
                config.nanoCpus(),
                config.cpuWeight(),
                config.memory(),
                config.memoryGuarantee(),
                config.ioWeight(),
                taking(config.deviceReadBps(), before.deviceReadBps()),
                taking(config.deviceWriteBps(), before.deviceWriteBps()),
                taking(config.deviceReadIOps(), before.deviceReadIOps()),
                taking(config.deviceWriteIOps(), before.deviceWriteIOps()),
                config.netRate(),
                config.pids(),
                config.disk(),
                config.maxContainers(),
                config.users());
    }

    private static @Nullable List<ThrottleDevice> taking(
            @Nullable List<ThrottleDevice> now, @Nullable List<ThrottleDevice> before) {
        if (before == null || before.isEmpty()) {
            return now;
        }
        List<ThrottleDevice> all = new ArrayList<>(now == null ? List.of() : now);
        Set<String> named = new HashSet<>();
        all.forEach(device -> named.add(device.path()));
        for (ThrottleDevice device : before) {
            if (named.add(device.path())) {
                all.add(new ThrottleDevice(device.path(), 0));
            }
        }
        return all;
    }

    /** What a container of the tenant needs to have, so that the tenant's limits reach it. */
    Resources reach(Resources own, TenantConfig tenant) {
        Long pids = own.pids() == null && has(Controller.PIDS) ? Long.valueOf(UNLIMITED) : own.pids();
        Map<String, String> unified = own.unified() == null ? new TreeMap<>() : new TreeMap<>(own.unified());
        Long guarantee = tenant.memoryGuarantee();
        if (guarantee != null && unified(Controller.MEMORY)) {
            // the kernel shares the tenant's protection out among those of its containers that claim some
            unified.putIfAbsent("memory.min", guarantee.toString());
        }
        return new Resources(
                own.memory(),
                own.cpu(),
                pids,
                own.blockIo(),
                own.devices(),
                own.hugepageLimits(),
                unified.isEmpty() ? null : unified);
    }
}
