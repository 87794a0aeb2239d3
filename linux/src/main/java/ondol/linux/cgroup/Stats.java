package ondol.linux.cgroup;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a group's processes used since it was made. A part is null where its controller is not here.
 *
 * @param cpu null only where no control groups meter time
 * @param blockIo per device, in the order of the kernel's file
 */
public record Stats(
        @Nullable Cpu cpu,
        @Nullable Memory memory,
        @Nullable Pids pids,
        @Nullable List<BlockIo> blockIo) {

    /** The value of a limit that is not set. */
    public static final long UNLIMITED = -1;

    /**
     * Processor time.
     *
     * @param usage nanoseconds in all
     * @param user nanoseconds in programs
     * @param system nanoseconds in the kernel
     * @param perProcessor nanoseconds per processor; v1's cpuacct only, otherwise empty
     * @param periods how many periods of a quota passed with something to run
     * @param throttledPeriods in how many of them the quota was used up
     * @param throttled nanoseconds spent waiting for the next period
     */
    public record Cpu(
            long usage,
            long user,
            long system,
            List<Long> perProcessor,
            long periods,
            long throttledPeriods,
            long throttled) {}

    /**
     * Memory, in bytes.
     *
     * @param usage with the cache of files
     * @param peak the most there was, -1 where the kernel does not keep it
     * @param limit or {@link #UNLIMITED}
     * @param cache files' pages
     * @param inactiveFile the part of the cache that goes first; usage without it is what Docker shows
     * @param swap in swap
     * @param failures how often the limit was met
     * @param oomKills processes killed for want of memory
     * @param details {@code memory.stat}, whose keys are the hierarchy version's
     */
    public record Memory(
            long usage,
            long peak,
            long limit,
            long cache,
            long inactiveFile,
            long swap,
            long failures,
            long oomKills,
            Map<String, Long> details) {}

    /**
     * Tasks (threads).
     *
     * @param limit or {@link #UNLIMITED}
     */
    public record Pids(long current, long limit) {}

    /** What a block device did for the group. */
    public record BlockIo(
            long major,
            long minor,
            long readBytes,
            long writeBytes,
            long discardBytes,
            long reads,
            long writes,
            long discards) {}
}
