package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A mount as {@code --mount} says it; {@code Mount} in Docker's Engine API.
 *
 * @param type {@code bind}, {@code volume}, {@code tmpfs}, {@code image}
 * @param source a path of the host, a volume's name, or an image's
 * @param target an absolute path in the container
 * @param consistency taken and ignored, as on Linux everywhere
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record MountSpec(
        @Json.Property("Type") @Nullable String type,
        @Json.Property("Source") @Nullable String source,
        @Json.Property("Target") @Nullable String target,
        @Nullable Boolean readOnly,
        @Json.Property("Consistency") @Nullable String consistency,
        @Nullable BindOptions bindOptions,
        @Nullable VolumeOptions volumeOptions,
        @Nullable TmpfsOptions tmpfsOptions,
        @Nullable ImageOptions imageOptions) {}
