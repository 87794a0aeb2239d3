package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Limits of processors; section CPU.
 *
 * @param shares 1024 is one share
 * @param quota microseconds per period
 * @param burst microseconds saved up at most
 * @param period microseconds
 * @param realtimeRuntime microseconds
 * @param realtimePeriod microseconds
 * @param cpus such as {@code 0-3,7}
 * @param mems memory nodes
 * @param idle 1 for SCHED_IDLE
 */
@Json
@RecordBuilder
public record CpuResources(
        @Nullable Long shares,
        @Nullable Long quota,
        @Nullable Long burst,
        @Nullable Long period,
        @Nullable Long realtimeRuntime,
        @Nullable Long realtimePeriod,
        @Nullable String cpus,
        @Nullable String mems,
        @Nullable Long idle) {}
