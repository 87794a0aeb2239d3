package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a volume mount can say beside source and target.
 *
 * @param noCopy leave an empty volume empty
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record VolumeOptions(
        @Nullable Boolean noCopy,
        @Json.Property("Labels") @Nullable Map<String, String> labels,
        @Json.Property("Subpath") @Nullable String subpath,
        @Nullable DriverConfig driverConfig) {}
