package ondol.linux.cgroup;

import static ondol.linux.cgroup.LimitException.invalid;

import java.util.List;
import java.util.regex.Pattern;
import ondol.linux.cgroup.Resources.BlockIo;
import ondol.linux.cgroup.Resources.Cpu;
import ondol.linux.cgroup.Resources.DeviceValue;
import ondol.linux.cgroup.Resources.HugepageLimit;
import ondol.linux.cgroup.Resources.Memory;
import org.jspecify.annotations.Nullable;

/** Refuses values that make no sense anywhere, before the kernel sees them. */
final class ResourceChecks {
    /** Less than this and the kernel kills the first process while it starts. */
    static final long LEAST_MEMORY = 512 * 1024;

    /** Far more than anybody needs; the kernel's proof of a device program grows with the square of it. */
    private static final int MOST_DEVICE_RULES = 256;

    private static final Pattern NUMBER_LIST = Pattern.compile("\\d{1,6}(-\\d{1,6})?(,\\d{1,6}(-\\d{1,6})?)*");
    private static final Pattern PAGE_SIZE = Pattern.compile("[1-9]\\d{0,5}[KMG]B");
    private static final Pattern UNIFIED_FILE = Pattern.compile("[a-z0-9_]{1,32}(\\.[A-Za-z0-9_]{1,32}){1,4}");

    private ResourceChecks() {}

    /** @throws LimitException with reason INVALID */
    static void check(Resources resources) {
        if (resources.memory() != null) {
            memory(resources.memory());
        }
        if (resources.cpu() != null) {
            cpu(resources.cpu());
        }
        if (resources.pids() != null && resources.pids() < -1) {
            throw invalid(
                    "pids.limit", "%d is not a number of tasks; say 1 or more, or -1 for no limit", resources.pids());
        }
        if (resources.blockIo() != null) {
            blockIo(resources.blockIo());
        }
        if (resources.devices() != null) {
            devices(resources.devices());
        }
        if (resources.hugepageLimits() != null) {
            resources.hugepageLimits().forEach(ResourceChecks::hugepages);
        }
        if (resources.unified() != null) {
            resources.unified().forEach(ResourceChecks::unified);
        }
    }

    private static void memory(Memory memory) {
        bytes("memory.limit", memory.limit());
        bytes("memory.reservation", memory.reservation());
        bytes("memory.swap", memory.swap());
        Long limit = memory.limit();
        if (limit != null && limit > 0 && limit < LEAST_MEMORY) {
            throw invalid(
                    "memory.limit",
                    "%d bytes is less than a process needs to start; say at least %d",
                    limit,
                    LEAST_MEMORY);
        }
        if (limit != null && limit > 0) {
            Long reservation = memory.reservation();
            if (reservation != null && reservation > limit) {
                throw invalid(
                        "memory.reservation", "%d bytes is more than memory.limit, %d; say less", reservation, limit);
            }
            Long swap = memory.swap();
            if (swap != null && swap > 0 && swap < limit) {
                throw invalid(
                        "memory.swap",
                        "%d bytes is less than memory.limit, %d; it counts memory and swap together, so say as much or more",
                        swap,
                        limit);
            }
        }
        range("memory.swappiness", memory.swappiness(), 0, 100);
    }

    private static void bytes(String limit, @Nullable Long value) {
        if (value != null && value < -1) {
            throw invalid(limit, "%d is not a number of bytes; say a positive number, or -1 for no limit", value);
        }
    }

    private static void range(String limit, @Nullable Long value, long least, long most) {
        if (value != null && (value < least || value > most)) {
            throw invalid(limit, "%d is out of range; say %d to %d", value, least, most);
        }
    }

    private static void cpu(Cpu cpu) {
        if (cpu.shares() != null) {
            range("cpu.shares", cpu.shares(), 2, 262_144);
        }
        if (cpu.period() != null) {
            range("cpu.period", cpu.period(), 1000, 1_000_000);
        }
        Long quota = cpu.quota();
        if (quota != null && quota != -1 && quota < 1000) {
            throw invalid("cpu.quota", "%d microseconds is too little; say at least 1000, or -1 for no limit", quota);
        }
        range("cpu.burst", cpu.burst(), 0, quota != null && quota > 0 ? quota : Long.MAX_VALUE);
        range("cpu.idle", cpu.idle(), 0, 1);
        range("cpu.realtimePeriod", cpu.realtimePeriod(), 1, Integer.MAX_VALUE);
        range("cpu.realtimeRuntime", cpu.realtimeRuntime(), -1, Integer.MAX_VALUE);
        numberList("cpu.cpus", cpu.cpus());
        numberList("cpu.mems", cpu.mems());
    }

    private static void numberList(String limit, @Nullable String list) {
        if (list != null
                && !list.isEmpty()
                && (list.length() > 4096 || !NUMBER_LIST.matcher(list).matches())) {
            throw invalid(limit, "'%s' is not a list of numbers; say it like 0-2,4", shown(list));
        }
        for (String range : list == null || list.isEmpty() ? new String[0] : list.split(",")) {
            String[] ends = range.split("-");
            if (Integer.parseInt(ends[0]) > Integer.parseInt(ends[ends.length - 1])) {
                throw invalid(limit, "the range %s ends before it begins; say it like 0-2,4", range);
            }
        }
    }

    private static void blockIo(BlockIo io) {
        if (io.weight() != null && io.weight() != 0) {
            range("blockIO.weight", (long) io.weight(), 10, 1000);
        }
        for (DeviceValue device : orEmpty(io.weightDevice())) {
            numbers("blockIO.weightDevice", device);
            range("blockIO.weightDevice", device.value(), 10, 1000);
        }
        for (List<DeviceValue> rates : List.of(
                orEmpty(io.readBps()), orEmpty(io.writeBps()), orEmpty(io.readIops()), orEmpty(io.writeIops()))) {
            for (DeviceValue device : rates) {
                numbers("blockIO.throttle", device);
                range("blockIO.throttle", device.value(), 0, Long.MAX_VALUE);
            }
        }
    }

    private static void numbers(String limit, DeviceValue device) {
        range(limit + " (major number)", device.major(), 0, 0xfff);
        range(limit + " (minor number)", device.minor(), 0, 0xfffff);
    }

    static <T> List<T> orEmpty(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static void devices(List<DeviceRule> rules) {
        if (rules.size() > MOST_DEVICE_RULES) {
            throw invalid("devices", "%d rules are too many; say at most %d", rules.size(), MOST_DEVICE_RULES);
        }
        for (DeviceRule rule : rules) {
            if ("abcu".indexOf(rule.type()) < 0) {
                throw invalid("devices", "'%c' is not a type of device; say a, b or c", rule.type());
            }
            if (rule.access().isEmpty() || !rule.access().matches("[rwm]{1,3}")) {
                throw invalid("devices", "'%s' is not an access; say some of r, w and m", shown(rule.access()));
            }
            if (rule.type() == 'a' && (rule.major() != null || rule.minor() != null)) {
                throw invalid("devices", "a rule for all devices has no numbers; say type b or c with them");
            }
            range("devices (major number)", rule.major(), 0, 0xfff);
            range("devices (minor number)", rule.minor(), 0, 0xfffff);
        }
    }

    private static void hugepages(HugepageLimit limit) {
        if (!PAGE_SIZE.matcher(limit.pageSize()).matches()) {
            throw invalid("hugepageLimits", "'%s' is not a page size; say it like 2MB or 1GB", shown(limit.pageSize()));
        }
        range("hugepageLimits", limit.limit(), 0, Long.MAX_VALUE);
    }

    private static void unified(String file, String value) {
        if (!UNIFIED_FILE.matcher(file).matches()) {
            throw invalid("unified", "'%s' is not a file of a control group; say it like memory.high", shown(file));
        }
        if (file.startsWith("cgroup.")) {
            throw invalid("unified." + file, "files of the group itself are the engine's; leave it out");
        }
        if (value.length() > 4096) {
            throw invalid("unified." + file, "%d characters are too many; say at most 4096", value.length());
        }
    }

    /** What came from outside, short and without control characters. */
    private static String shown(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 64 ? clean : clean.substring(0, 64) + "…";
    }
}
