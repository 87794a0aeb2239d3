package ondol.engine;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/** Names the network whose configuration another takes. */
@Json(naming = Json.Naming.UpperCamel)
public record ConfigFrom(@Json.Property("Network") @Nullable String network) {}
