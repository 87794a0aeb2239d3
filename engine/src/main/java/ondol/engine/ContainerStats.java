package ondol.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container has used since it was started, as the kernel meters it. A part is null where this machine does not
 * meter it, or the container does not run.
 *
 * @param read when; null where the container does not run
 * @param groups version of the control groups, 1 or 2: {@link Memory#details} has its words
 * @param machineTime nanoseconds that all processors together have passed since the machine started, busy or not
 * @param processors that are online
 * @param blockIo per device
 * @param networks by the interface's name in the container, without the loopback
 */
public record ContainerStats(
        @Nullable Instant read,
        int groups,
        long machineTime,
        int processors,
        @Nullable Cpu cpu,
        @Nullable Memory memory,
        @Nullable Pids pids,
        List<BlockIo> blockIo,
        Map<String, Interface> networks) {

    /** Of a container that does not run. */
    public static ContainerStats none(int groups) {
        return new ContainerStats(null, groups, 0, 0, null, null, null, List.of(), Map.of());
    }

    /**
     * Processor time, in nanoseconds.
     *
     * @param perProcessor empty where the kernel does not keep it
     * @param periods how many periods of a quota passed with something to run; in {@code throttledPeriods} of them it was
     *     used up, and {@code throttled} was spent waiting for the next
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
     * @param peak the most there was; -1 where the kernel does not keep it
     * @param limit the machine's memory where there is no smaller one
     * @param failures how often the limit was met
     * @param details the kernel's {@code memory.stat}
     */
    public record Memory(long usage, long peak, long limit, long failures, Map<String, Long> details) {}

    /** Processes and threads; a limit of -1 is none. */
    public record Pids(long current, long limit) {}

    /** What a block device did for the container. */
    public record BlockIo(
            long major,
            long minor,
            long readBytes,
            long writeBytes,
            long discardBytes,
            long reads,
            long writes,
            long discards) {}

    /** What passed a network interface, as the container sees the direction. */
    public record Interface(
            long receivedBytes,
            long receivedPackets,
            long receiveErrors,
            long receiveDropped,
            long sentBytes,
            long sentPackets,
            long sendErrors,
            long sendDropped) {}
}
