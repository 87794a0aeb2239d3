package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a container's output goes.
 *
 * @param type the driver: {@code local} (default), {@code json-file} (kept twice: as local keeps it, and in a file such as
 *     Docker's driver of that name writes), {@code syslog} or {@code journald} (kept as local keeps it, and sent to a server)
 *     or {@code none} (kept for whoever is attached, and read by nobody else)
 * @param config such as {@code max-size=10m}, {@code max-file=3}; for a server {@code cache-max-size} and so on
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record LogConfig(
        @Json.Property("Type") @Nullable String type,
        @Json.Property("Config") @Nullable Map<String, String> config) {}
