package ondol.engine.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.engine.ContainerStats;
import ondol.engine.ContainerStats.Interface;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.Stats;
import org.jspecify.annotations.Nullable;

/** One reading of what a container uses: its control group's meters, its network's, and the machine's clock beside them. */
final class Metering {
    private static final System.Logger LOG = System.getLogger(Metering.class.getName());
    private static final long TICK = 10_000_000; // USER_HZ is 100 everywhere (man 7 time)
    private static final int BUSY_AND_IDLE = 7; // user to softirq, as Docker's clients expect it
    private static final int COUNTERS = 16;

    private final int version;
    private final long memory;

    Metering(House house) {
        this.version = house.groups().tree().hierarchies().version();
        this.memory = Machine.memory();
    }

    ContainerStats none() {
        return ContainerStats.none(version);
    }

    /** Where it does not run, or ends at this moment, {@link #none}. */
    ContainerStats read(Container container) {
        Cgroup group = container.cgroup();
        if (!container.running() || group == null) {
            return none();
        }
        try {
            Stats stats = group.stats();
            long[] machine = machine();
            return new ContainerStats(
                    Instant.now(),
                    version,
                    machine[0],
                    (int) machine[1],
                    cpu(stats.cpu()),
                    memory(stats.memory()),
                    stats.pids() == null
                            ? null
                            : new ContainerStats.Pids(
                                    stats.pids().current(), stats.pids().limit()),
                    blockIo(stats.blockIo()),
                    networks(container.record()));
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "what " + container.id() + " uses cannot be read", e);
            return none();
        }
    }

    private static ContainerStats.@Nullable Cpu cpu(Stats.@Nullable Cpu cpu) {
        return cpu == null
                ? null
                : new ContainerStats.Cpu(
                        cpu.usage(),
                        cpu.user(),
                        cpu.system(),
                        cpu.perProcessor(),
                        cpu.periods(),
                        cpu.throttledPeriods(),
                        cpu.throttled());
    }

    private ContainerStats.@Nullable Memory memory(Stats.@Nullable Memory used) {
        if (used == null) {
            return null;
        }
        boolean unlimited = used.limit() == Stats.UNLIMITED || used.limit() > memory;
        return new ContainerStats.Memory(
                used.usage(), used.peak(), unlimited ? memory : used.limit(), used.failures(), used.details());
    }

    private static List<ContainerStats.BlockIo> blockIo(@Nullable List<Stats.BlockIo> devices) {
        return devices == null
                ? List.of()
                : devices.stream()
                        .map(device -> new ContainerStats.BlockIo(
                                device.major(),
                                device.minor(),
                                device.readBytes(),
                                device.writeBytes(),
                                device.discardBytes(),
                                device.reads(),
                                device.writes(),
                                device.discards()))
                        .toList();
    }

    /** The time that all processors have passed, in nanoseconds, and how many are online ({@code man 5 proc_stat}). */
    private static long[] machine() {
        long passed = 0;
        long online = 0;
        for (String line : text("/proc/stat").split("\n")) {
            if (line.startsWith("cpu ")) {
                String[] fields = line.substring(4).strip().split(" +");
                for (int i = 0; i < Math.min(BUSY_AND_IDLE, fields.length); i++) {
                    passed += Long.parseLong(fields[i]) * TICK;
                }
            } else if (line.startsWith("cpu")) {
                online++;
            }
        }
        return new long[] {passed, online};
    }

    /** What the first process sees of its interfaces ({@code man 5 proc_pid_net}): true whichever network made them. */
    private static Map<String, Interface> networks(ContainerRecord record) {
        String mode = record.host().networkMode();
        if ("host".equals(mode)) {
            return Map.of(); // the machine's own
        }
        Map<String, Interface> interfaces = new LinkedHashMap<>();
        for (String line : text("/proc/" + record.pid() + "/net/dev").split("\n")) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "lo" : line.substring(0, colon).strip();
            String[] fields = line.substring(colon + 1).strip().split(" +");
            if (!name.equals("lo") && fields.length >= COUNTERS) {
                interfaces.put(name, counters(fields));
            }
        }
        return interfaces;
    }

    private static Interface counters(String[] fields) {
        int sent = 8;
        return new Interface(
                Long.parseLong(fields[0]),
                Long.parseLong(fields[1]),
                Long.parseLong(fields[2]),
                Long.parseLong(fields[3]),
                Long.parseLong(fields[sent]),
                Long.parseLong(fields[sent + 1]),
                Long.parseLong(fields[sent + 2]),
                Long.parseLong(fields[sent + 3]));
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return ""; // the process has just ended
        }
    }
}
