package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A driver and its options.
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record DriverConfig(
        @Json.Property("Name") @Nullable String name,
        @Json.Property("Options") @Nullable Map<String, String> options) {}
