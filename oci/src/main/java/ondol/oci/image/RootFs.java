package ondol.oci.image;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layers of an image.
 *
 * @param type always {@code layers}
 * @param diffIds digests of the uncompressed tars, the lowest first
 */
@Json(naming = Json.Naming.LowerUnderscore)
public record RootFs(@Nullable String type, @Nullable List<String> diffIds) {
    public static RootFs of(List<String> diffIds) {
        return new RootFs("layers", List.copyOf(diffIds));
    }
}
