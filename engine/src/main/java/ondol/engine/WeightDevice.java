package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;

/**
 * A block device's share.
 *
 * @param weight 10 to 1000
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record WeightDevice(
        @Json.Property("Path") String path,
        @Json.Property("Weight") int weight) {}
