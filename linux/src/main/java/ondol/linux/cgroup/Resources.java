package ondol.linux.cgroup;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a control group limits, in the words and units of the OCI runtime specification ({@code linux.resources}, <a
 * href="https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#control-groups">config-linux.md</a>). A
 * null is "not said": at creation the kernel's default, in an update what there is. So is (and becomes) a 0 for memory.limit,
 * memory.reservation, memory.swap, cpu.shares, cpu.quota, cpu.period and blockIO.weight, as the OCI runtimes have it.
 *
 * @param pids how many tasks (threads); 0 and -1 are unlimited
 * @param devices null asks nothing of devices (all may be used); otherwise what no rule allows is denied
 * @param hugepageLimits per page size
 * @param unified files of the v2 group and what is written to them, such as {@code memory.high}: {@code 1073741824}
 */
public record Resources(
        @Nullable Memory memory,
        @Nullable Cpu cpu,
        @Nullable Long pids,
        @Nullable BlockIo blockIo,
        @Nullable List<DeviceRule> devices,
        @Nullable List<HugepageLimit> hugepageLimits,
        @Nullable Map<String, String> unified) {

    /** No limits: the group only meters. */
    public static final Resources NONE = new Resources(null, null, null, null, null, null, null);

    public Resources {
        devices = devices == null ? null : List.copyOf(devices);
        hugepageLimits = hugepageLimits == null ? null : List.copyOf(hugepageLimits);
        unified = unified == null ? null : Map.copyOf(unified);
    }

    /**
     * Limits of memory.
     *
     * @param limit bytes; -1 is unlimited
     * @param reservation bytes that reclaim tries to leave (v2: {@code memory.low}; v1: the soft limit)
     * @param swap bytes of memory and swap together; -1 is unlimited; not less than limit
     * @param swappiness 0 to 100; v1 only
     * @param disableOomKiller tasks wait instead of being killed; v1 only
     */
    public record Memory(
            @Nullable Long limit,
            @Nullable Long reservation,
            @Nullable Long swap,
            @Nullable Long swappiness,
            @Nullable Boolean disableOomKiller) {
        public Memory {
            limit = orUnsaid(limit);
            reservation = orUnsaid(reservation);
            swap = orUnsaid(swap);
        }

        /** A limit alone. */
        public static Memory of(long limit) {
            return new Memory(limit, null, null, null, null);
        }
    }

    /**
     * Shares and limits of processors.
     *
     * @param shares 2 to 262144; 1024 is the default
     * @param quota microseconds of processor time per period; at least 1000; -1 is unlimited
     * @param burst microseconds that unused quota may gather, at most the quota
     * @param period microseconds, 1000 to 1000000
     * @param realtimeRuntime microseconds of realtime scheduling per realtimePeriod; v1 only
     * @param realtimePeriod microseconds; v1 only
     * @param cpus such as {@code 0-2,4}
     * @param mems memory nodes, such as {@code 0}
     * @param idle 1: runs only when nothing else wants the processor; 0: as usual
     */
    public record Cpu(
            @Nullable Long shares,
            @Nullable Long quota,
            @Nullable Long burst,
            @Nullable Long period,
            @Nullable Long realtimeRuntime,
            @Nullable Long realtimePeriod,
            @Nullable String cpus,
            @Nullable String mems,
            @Nullable Long idle) {
        public Cpu {
            shares = orUnsaid(shares);
            quota = orUnsaid(quota);
            period = orUnsaid(period);
        }

        /** Shares alone. */
        public static Cpu shares(long shares) {
            return new Cpu(shares, null, null, null, null, null, null, null, null);
        }

        /** Quota microseconds of processor time in each period. */
        public static Cpu quota(long quota, long period) {
            return new Cpu(null, quota, null, period, null, null, null, null, null);
        }

        /** A set of processors alone. */
        public static Cpu cpus(String cpus) {
            return new Cpu(null, null, null, null, null, null, cpus, null, null);
        }

        boolean needsCpu() {
            return shares != null
                    || quota != null
                    || period != null
                    || burst != null
                    || realtimeRuntime != null
                    || realtimePeriod != null
                    || idle != null;
        }

        boolean needsCpuset() {
            return (cpus != null && !cpus.isEmpty()) || (mems != null && !mems.isEmpty());
        }
    }

    /**
     * Shares and limits of block devices.
     *
     * @param weight 10 to 1000
     * @param readBps bytes per second, per device; 0 takes a limit away (so in the three that follow)
     * @param readIops operations per second, per device
     */
    public record BlockIo(
            @Nullable Integer weight,
            @Nullable List<DeviceValue> weightDevice,
            @Nullable List<DeviceValue> readBps,
            @Nullable List<DeviceValue> writeBps,
            @Nullable List<DeviceValue> readIops,
            @Nullable List<DeviceValue> writeIops) {
        public BlockIo {
            weightDevice = weightDevice == null ? null : List.copyOf(weightDevice);
            readBps = readBps == null ? null : List.copyOf(readBps);
            writeBps = writeBps == null ? null : List.copyOf(writeBps);
            readIops = readIops == null ? null : List.copyOf(readIops);
            writeIops = writeIops == null ? null : List.copyOf(writeIops);
        }

        boolean asksNothing() {
            return (weight == null || weight == 0)
                    && empty(weightDevice)
                    && empty(readBps)
                    && empty(writeBps)
                    && empty(readIops)
                    && empty(writeIops);
        }

        private static boolean empty(@Nullable List<DeviceValue> list) {
            return list == null || list.isEmpty();
        }
    }

    /**
     * A block device's weight or rate.
     *
     * @param value 10 to 1000 for weights; bytes or operations per second for rates
     */
    public record DeviceValue(long major, long minor, long value) {}

    /**
     * A limit of huge pages.
     *
     * @param pageSize such as {@code 2MB}
     * @param limit bytes
     */
    public record HugepageLimit(String pageSize, long limit) {}

    /** The OCI runtimes take 0 for "not said". */
    private static @Nullable Long orUnsaid(@Nullable Long value) {
        return value != null && value == 0 ? null : value;
    }
}
