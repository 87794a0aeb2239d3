package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * When an ended container is started again.
 *
 * @param name {@code no}, {@code always}, {@code unless-stopped}, {@code on-failure}, or, beyond Docker,
 *     {@link #ON_UNHEALTHY}; null and empty are {@code no}
 * @param maximumRetryCount for {@code on-failure} and {@code on-unhealthy}; 0 is without end
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record RestartPolicy(
        @Json.Property("Name") @Nullable String name,
        @Nullable Integer maximumRetryCount) {
    /** Started again after a failure, and ended and started again once it is found to be unhealthy. */
    public static final String ON_UNHEALTHY = "on-unhealthy";
}
