package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A device of the host, given to a container.
 *
 * @param cgroupPermissions some of {@code r}, {@code w}, {@code m}
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record DeviceMapping(
        String pathOnHost,
        @Nullable String pathInContainer,
        @Nullable String cgroupPermissions) {}
