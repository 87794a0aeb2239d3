package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * When an ended container is started again.
 *
 * @param name {@code no}, {@code always}, {@code unless-stopped} or {@code on-failure}; null and empty are {@code no}
 * @param maximumRetryCount for {@code on-failure}; 0 is without end
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record RestartPolicy(
        @Json.Property("Name") @Nullable String name,
        @Nullable Integer maximumRetryCount) {}
