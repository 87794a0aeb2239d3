package ondol.linux.cgroup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a group's meters. A file that this kernel does not have counts as 0. */
final class StatsReader {
    /** v1 says "no limit" as the largest number of whole pages. */
    private static final long V1_UNLIMITED = 1L << 60;

    private final Cgroup group;

    StatsReader(Cgroup group) {
        this.group = group;
    }

    Stats read() {
        return new Stats(cpu(), memory(), pids(), blockIo());
    }

    private @Nullable String file(@Nullable String directory, String name) {
        return directory == null ? null : GroupFiles.readOrNull(directory + "/" + name);
    }

    private Map<String, Long> keyed(@Nullable String directory, String name) {
        String content = file(directory, name);
        return content == null ? Map.of() : keyed(content);
    }

    /** Lines of {@code key value}. */
    static Map<String, Long> keyed(String content) {
        Map<String, Long> values = new LinkedHashMap<>();
        for (String line : content.split("\n")) {
            int space = line.indexOf(' ');
            if (space > 0) {
                values.put(line.substring(0, space), number(line.substring(space + 1)));
            }
        }
        return values;
    }

    /** A count; the kernel's are unsigned, and what does not fit is as good as endless. */
    private static long number(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return 0;
        }
        String stripped = text.strip();
        if (stripped.equals("max")) {
            return Stats.UNLIMITED;
        }
        try {
            return Long.parseLong(stripped);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private Stats.@Nullable Cpu cpu() {
        String unified = group.unified();
        String cpuacct = group.directory(Controller.CPUACCT);
        if (unified == null && cpuacct == null) {
            return null;
        }
        // beside v1 controllers, too, the unified group meters time; only a quota's periods are its controller's
        Map<String, Long> time = keyed(unified, "cpu.stat");
        boolean v2 = group.v2(Controller.CPU);
        Map<String, Long> quota = v2 ? time : keyed(group.directory(Controller.CPU), "cpu.stat");
        long periods = quota.getOrDefault("nr_periods", 0L);
        long throttledPeriods = quota.getOrDefault("nr_throttled", 0L);
        long throttled = v2 ? micros(quota, "throttled_usec") : quota.getOrDefault("throttled_time", 0L);
        if (unified != null) {
            return new Stats.Cpu(
                    micros(time, "usage_usec"),
                    micros(time, "user_usec"),
                    micros(time, "system_usec"),
                    List.of(),
                    periods,
                    throttledPeriods,
                    throttled);
        }
        return new Stats.Cpu(
                number(file(cpuacct, "cpuacct.usage")),
                number(file(cpuacct, "cpuacct.usage_user")),
                number(file(cpuacct, "cpuacct.usage_sys")),
                numbers(file(cpuacct, "cpuacct.usage_percpu")),
                periods,
                throttledPeriods,
                throttled);
    }

    private static long micros(Map<String, Long> values, String key) {
        return values.getOrDefault(key, 0L) * 1000;
    }

    private static List<Long> numbers(@Nullable String text) {
        List<Long> numbers = new ArrayList<>();
        if (text != null && !text.isBlank()) {
            for (String each : text.strip().split(" +")) {
                numbers.add(number(each));
            }
        }
        return numbers;
    }

    private Stats.@Nullable Memory memory() {
        String directory = group.directory(Controller.MEMORY);
        if (directory == null) {
            return null;
        }
        return group.v2(Controller.MEMORY) ? memoryV2(directory) : memoryV1(directory);
    }

    private Stats.Memory memoryV1(String directory) {
        Map<String, Long> stat = keyed(directory, "memory.stat");
        long limit = number(file(directory, "memory.limit_in_bytes"));
        return new Stats.Memory(
                number(file(directory, "memory.usage_in_bytes")),
                number(file(directory, "memory.max_usage_in_bytes")),
                limit >= V1_UNLIMITED ? Stats.UNLIMITED : limit,
                stat.getOrDefault("total_cache", 0L),
                stat.getOrDefault("total_inactive_file", 0L),
                stat.getOrDefault("total_swap", 0L),
                number(file(directory, "memory.failcnt")),
                oomKills(),
                stat);
    }

    private Stats.Memory memoryV2(String directory) {
        Map<String, Long> stat = keyed(directory, "memory.stat");
        Map<String, Long> events = keyed(directory, "memory.events");
        String peak = file(directory, "memory.peak");
        return new Stats.Memory(
                number(file(directory, "memory.current")),
                peak == null ? -1 : number(peak),
                number(file(directory, "memory.max")),
                stat.getOrDefault("file", 0L),
                stat.getOrDefault("inactive_file", 0L),
                number(file(directory, "memory.swap.current")),
                events.getOrDefault("max", 0L),
                events.getOrDefault("oom_kill", 0L),
                stat);
    }

    long oomKills() {
        String name = group.v2(Controller.MEMORY) ? "memory.events" : "memory.oom_control";
        return keyed(group.directory(Controller.MEMORY), name).getOrDefault("oom_kill", 0L);
    }

    private Stats.@Nullable Pids pids() {
        String directory = group.directory(Controller.PIDS);
        if (directory != null) {
            return new Stats.Pids(number(file(directory, "pids.current")), number(file(directory, "pids.max")));
        }
        String unified = group.unified();
        return unified == null ? null : new Stats.Pids(GroupProcesses.threads(unified), Stats.UNLIMITED);
    }

    private @Nullable List<Stats.BlockIo> blockIo() {
        String directory = group.directory(Controller.BLKIO);
        if (directory == null) {
            return null;
        }
        if (group.v2(Controller.BLKIO)) {
            return blockIoV2(file(directory, "io.stat"));
        }
        Map<String, Map<String, Long>> devices = new LinkedHashMap<>();
        blockIoV1(file(directory, "blkio.throttle.io_service_bytes_recursive"), "bytes", devices);
        blockIoV1(file(directory, "blkio.throttle.io_serviced_recursive"), "ios", devices);
        return devices.entrySet().stream()
                .map(device -> blockIo(device.getKey(), device.getValue()))
                .toList();
    }

    /** Lines such as {@code 254:0 Read 4096}, to {@code rbytes=4096} of device {@code 254:0}. */
    private static void blockIoV1(@Nullable String content, String unit, Map<String, Map<String, Long>> devices) {
        if (content == null) {
            return;
        }
        for (String line : content.split("\n")) {
            String[] parts = line.split(" ");
            if (parts.length == 3 && List.of("Read", "Write", "Discard").contains(parts[1])) {
                String key = parts[1].substring(0, 1).toLowerCase(Locale.ROOT) + unit;
                devices.computeIfAbsent(parts[0], device -> new LinkedHashMap<>())
                        .put(key, number(parts[2]));
            }
        }
    }

    /** Lines such as {@code 254:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0}. */
    private static List<Stats.BlockIo> blockIoV2(@Nullable String content) {
        List<Stats.BlockIo> found = new ArrayList<>();
        for (String line : content == null ? new String[0] : content.split("\n")) {
            String[] parts = line.split(" ");
            Map<String, Long> values = new LinkedHashMap<>();
            for (String part : parts) {
                int equals = part.indexOf('=');
                if (equals > 0) {
                    values.put(part.substring(0, equals), number(part.substring(equals + 1)));
                }
            }
            if (!values.isEmpty()) {
                found.add(blockIo(parts[0], values));
            }
        }
        return found;
    }

    private static Stats.BlockIo blockIo(String device, Map<String, Long> values) {
        int colon = device.indexOf(':');
        return new Stats.BlockIo(
                number(device.substring(0, colon)),
                number(device.substring(colon + 1)),
                values.getOrDefault("rbytes", 0L),
                values.getOrDefault("wbytes", 0L),
                values.getOrDefault("dbytes", 0L),
                values.getOrDefault("rios", 0L),
                values.getOrDefault("wios", 0L),
                values.getOrDefault("dios", 0L));
    }
}
