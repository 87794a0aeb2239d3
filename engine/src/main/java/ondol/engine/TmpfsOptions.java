package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What a tmpfs mount can say beside target.
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record TmpfsOptions(
        @Nullable Long sizeBytes,
        @Json.Property("Mode") @Nullable Integer mode) {}
