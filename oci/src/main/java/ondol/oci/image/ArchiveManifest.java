package ondol.oci.image;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image in {@code manifest.json}, the list in the archives of {@code docker save} (Docker image specification 1.2).
 *
 * @param config the path of its configuration in the archive
 * @param repoTags its names in short form
 * @param layers paths of its layers' tars, the lowest first
 */
@Json(naming = Json.Naming.UpperCamel)
public record ArchiveManifest(
        @Json.Property("Config") String config,
        @Nullable List<String> repoTags,
        @Json.Property("Layers") List<String> layers) {
    /** @throws IllegalArgumentException where the configuration or the list of layers is missing */
    public ArchiveManifest {
        if (!Shape.given(config)) {
            throw new IllegalArgumentException("an image has no Config");
        }
        layers = layers == null ? List.of() : Shape.list(layers, "Layers");
        repoTags = repoTags == null ? List.of() : Shape.list(repoTags, "RepoTags");
    }

    /** Its names, none where there are none. */
    public List<String> names() {
        return repoTags == null ? List.of() : repoTags;
    }
}
