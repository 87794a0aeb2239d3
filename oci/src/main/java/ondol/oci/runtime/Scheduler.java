package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the process is scheduled; section Linux Process, {@code man 2 sched_setattr}.
 *
 * @param policy such as {@code SCHED_BATCH}
 * @param nice -20 to 19
 * @param priority static priority of the realtime policies
 * @param flags such as {@code SCHED_FLAG_RESET_ON_FORK}
 * @param runtime nanoseconds, deadline policy
 * @param deadline nanoseconds, deadline policy
 * @param period nanoseconds, deadline policy
 */
@Json
@RecordBuilder
public record Scheduler(
        String policy,
        @Nullable Integer nice,
        @Nullable Integer priority,
        @Nullable List<String> flags,
        @Nullable Long runtime,
        @Nullable Long deadline,
        @Nullable Long period) {}
