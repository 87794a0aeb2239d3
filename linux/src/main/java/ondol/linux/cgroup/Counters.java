package ondol.linux.cgroup;

/**
 * What the kernel counted of a group since it was made, in the few figures that are worth money: read often, and at the
 * end of each container, so read cheaply (see {@link CountersReader}). What this kernel does not count is 0.
 *
 * @param cpu nanoseconds of processor time
 * @param throttled nanoseconds spent waiting for the next period of a quota
 * @param memory bytes now, with the cache of files
 * @param memoryPeak the most bytes there were
 * @param readBytes from block devices
 * @param oomKills processes killed for want of memory
 */
public record Counters(
        long cpu,
        long throttled,
        long memory,
        long memoryPeak,
        long readBytes,
        long writeBytes,
        long reads,
        long writes,
        long oomKills) {
    /** Nothing. */
    public static final Counters NONE = new Counters(0, 0, 0, 0, 0, 0, 0, 0, 0);
}
