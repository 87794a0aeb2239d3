package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What the mount of an image can say beside source and target.
 *
 * @param subpath a folder in the image, relative; null for all of it
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record ImageOptions(
        @Json.Property("Subpath") @Nullable String subpath) {}
