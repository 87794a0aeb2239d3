package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * How far a clock of the time namespace is off; section Offset for Time Namespace.
 */
@Json
public record TimeOffset(@Nullable Long secs, @Nullable Long nanosecs) {}
