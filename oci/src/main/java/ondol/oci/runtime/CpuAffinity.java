package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Processors for a further process in the container; section Linux Process. Lists such as {@code 0-3,7}.
 *
 * @param initialCpus before it is moved into the cgroup
 * @param finalCpus after it was moved
 */
@Json
public record CpuAffinity(
        @Json.Property("initial") @Nullable String initialCpus,
        @Json.Property("final") @Nullable String finalCpus) {}
