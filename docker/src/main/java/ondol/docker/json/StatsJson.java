package ondol.docker.json;

import io.avaje.jsonb.Json;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /containers/ID/stats}: what Docker leaves out on a version of the control groups is null here. */
public final class StatsJson {
    private StatsJson() {}

    /** One answer: a reading, and the one before it. */
    @Json(naming = Json.Naming.LowerUnderscore)
    public record Stats(
            String name,
            String id,
            String read,
            String preread,
            PidsStats pidsStats,
            BlkioStats blkioStats,
            int numProcs,
            Map<String, Long> storageStats,
            CpuStats cpuStats,
            CpuStats precpuStats,
            MemoryStats memoryStats,
            @Nullable Map<String, NetworkStats> networks) {}

    /** Processes and threads; no limit is left out on v1, and the largest number on v2. */
    @Json(naming = Json.Naming.LowerUnderscore)
    public record PidsStats(
            @Nullable Long current, @Nullable BigInteger limit) {}

    /** What block devices did; only the first is known on v2. */
    @Json(naming = Json.Naming.LowerUnderscore)
    public record BlkioStats(
            @Json.Property("io_service_bytes_recursive") @Nullable
            List<BlkioEntry> serviceBytes,

            @Json.Property("io_serviced_recursive") @Nullable
            List<BlkioEntry> serviced,

            @Json.Property("io_queue_recursive") @Nullable List<BlkioEntry> queue,

            @Json.Property("io_service_time_recursive") @Nullable
            List<BlkioEntry> serviceTime,

            @Json.Property("io_wait_time_recursive") @Nullable
            List<BlkioEntry> waitTime,

            @Json.Property("io_merged_recursive") @Nullable List<BlkioEntry> merged,
            @Json.Property("io_time_recursive") @Nullable List<BlkioEntry> time,
            @Json.Property("sectors_recursive") @Nullable List<BlkioEntry> sectors) {}

    /** One count of one device. */
    @Json
    public record BlkioEntry(long major, long minor, String op, long value) {}

    /** Processor time in nanoseconds, the container's beside the machine's. */
    @Json(naming = Json.Naming.LowerUnderscore)
    public record CpuStats(
            CpuUsage cpuUsage,
            @Nullable Long systemCpuUsage,
            @Nullable Integer onlineCpus,
            ThrottlingData throttlingData) {}

    /** Of the container. */
    @Json(naming = Json.Naming.LowerUnderscore)
    public record CpuUsage(
            long totalUsage,
            @Nullable List<Long> percpuUsage,
            @Json.Property("usage_in_kernelmode") long kernel,
            @Json.Property("usage_in_usermode") long user) {}

    /** What a quota took away. */
    @Json(naming = Json.Naming.LowerUnderscore)
    public record ThrottlingData(long periods, long throttledPeriods, long throttledTime) {}

    /** Memory in bytes. */
    @Json(naming = Json.Naming.LowerUnderscore)
    public record MemoryStats(
            @Nullable Long usage,
            @Nullable Long maxUsage,
            @Nullable Map<String, Long> stats,
            @Nullable Long failcnt,
            @Nullable Long limit) {}

    /** An interface's counters. */
    @Json(naming = Json.Naming.LowerUnderscore)
    public record NetworkStats(
            long rxBytes,
            long rxPackets,
            long rxErrors,
            long rxDropped,
            long txBytes,
            long txPackets,
            long txErrors,
            long txDropped) {}
}
