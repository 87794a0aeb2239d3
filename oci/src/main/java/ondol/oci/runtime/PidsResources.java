package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Limit of processes; section PIDs.
 *
 * @param limit -1 is unlimited
 */
@Json
public record PidsResources(@Nullable Long limit) {}
