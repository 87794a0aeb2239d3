package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;

/**
 * A block device's rate.
 *
 * @param rate bytes or operations per second
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record ThrottleDevice(
        @Json.Property("Path") String path,
        @Json.Property("Rate") long rate) {}
