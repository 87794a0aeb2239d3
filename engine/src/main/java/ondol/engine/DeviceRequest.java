package ondol.engine;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Devices that a driver is asked for, as {@code --gpus} says it. There is no such driver here. */
@Json(naming = Json.Naming.UpperCamel)
public record DeviceRequest(
        @Json.Property("Driver") @Nullable String driver,
        @Json.Property("Count") @Nullable Integer count,
        @Json.Property("DeviceIDs") @Nullable List<String> deviceIds,
        @Json.Property("Capabilities") @Nullable List<List<String>> capabilities,
        @Json.Property("Options") @Nullable Map<String, String> options) {}
