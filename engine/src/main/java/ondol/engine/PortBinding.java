package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A port of the host.
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record PortBinding(@Nullable String hostIp, @Nullable String hostPort) {}
