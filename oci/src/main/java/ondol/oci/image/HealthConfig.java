package ondol.oci.image;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How containers are asked whether they are well; Docker's addition. Times are nanoseconds; 0 means the default.
 *
 * @param test empty to inherit, {@code ["NONE"]}, {@code ["CMD", …]} or {@code ["CMD-SHELL", line]}
 */
// the one-word names are written out: the generator's UpperCamel would put them in capitals altogether
@Json(naming = Json.Naming.UpperCamel)
public record HealthConfig(
        @Json.Property("Test") @Nullable List<String> test,
        @Json.Property("Interval") @Nullable Long interval,
        @Json.Property("Timeout") @Nullable Long timeout,
        @Nullable Long startPeriod,
        @Nullable Long startInterval,
        @Json.Property("Retries") @Nullable Integer retries) {}
