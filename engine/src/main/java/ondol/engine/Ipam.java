package ondol.engine;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a network gives out addresses, in the words of {@code IPAM} in Docker's Engine API.
 *
 * @param driver {@code default} is the only one
 * @param config a subnet each; null or empty where the engine chooses
 */
@Json(naming = Json.Naming.UpperCamel)
public record Ipam(
        @Json.Property("Driver") @Nullable String driver,
        @Json.Property("Options") @Nullable Map<String, String> options,
        @Json.Property("Config") @Nullable List<IpamPool> config) {}
