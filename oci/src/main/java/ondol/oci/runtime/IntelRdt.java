package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Cache and memory bandwidth allocation; section IntelRdt.
 *
 * @param closID class of service
 * @param enableCMT of specifications before 1.3
 * @param enableMBM of specifications before 1.3
 */
@Json
@RecordBuilder
public record IntelRdt(
        @Nullable String closID,
        @Nullable List<String> schemata,
        @Nullable String l3CacheSchema,
        @Nullable String memBwSchema,
        @Nullable Boolean enableMonitoring,
        @Nullable Boolean enableCMT,
        @Nullable Boolean enableMBM) {}
