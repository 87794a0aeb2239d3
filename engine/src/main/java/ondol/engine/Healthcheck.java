package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an engine asks a container whether it is well. Times are nanoseconds, as in Docker's API; 0 means the default.
 *
 * @param test empty to inherit, {@code ["NONE"]}, {@code ["CMD", …]} or {@code ["CMD-SHELL", line]}
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record Healthcheck(
        @Json.Property("Test") @Nullable List<String> test,
        @Json.Property("Interval") @Nullable Long interval,
        @Json.Property("Timeout") @Nullable Long timeout,
        @Nullable Long startPeriod,
        @Nullable Long startInterval,
        @Json.Property("Retries") @Nullable Integer retries) {}
