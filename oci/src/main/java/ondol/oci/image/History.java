package ondol.oci.image;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * A step of an image's making.
 *
 * @param created RFC 3339
 * @param emptyLayer whether the step made no layer
 */
@Json(naming = Json.Naming.LowerUnderscore)
public record History(
        @Nullable String created,
        @Nullable String author,
        @Nullable String createdBy,
        @Nullable String comment,
        @Nullable Boolean emptyLayer) {}
