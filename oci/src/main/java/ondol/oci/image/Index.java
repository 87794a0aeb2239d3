package ondol.oci.image;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A list of manifests: of a layout's images, or of one image for several platforms (OCI image specification, index).
 *
 * @param schemaVersion always 2
 */
@Json
public record Index(
        int schemaVersion,
        @Nullable String mediaType,
        List<Descriptor> manifests,
        @Nullable Map<String, String> annotations) {
    /** @throws IllegalArgumentException where there is no list of manifests */
    public Index {
        manifests = Shape.list(manifests, "manifests");
    }

    public static Index of(List<Descriptor> manifests) {
        return new Index(2, MediaTypes.INDEX, List.copyOf(manifests), null);
    }
}
