package ondol.oci.image;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One image: its configuration and its layers, the lowest first (OCI image specification, manifest).
 *
 * @param schemaVersion always 2
 */
@Json
public record Manifest(
        int schemaVersion,
        @Nullable String mediaType,
        @Nullable String artifactType,
        Descriptor config,
        List<Descriptor> layers,
        @Nullable Descriptor subject,
        @Nullable Map<String, String> annotations) {
    /** @throws IllegalArgumentException where the configuration or the list of layers is missing */
    public Manifest {
        if (!Shape.given(config)) {
            throw new IllegalArgumentException("a manifest has no config");
        }
        layers = Shape.list(layers, "layers");
    }

    public static Manifest of(Descriptor config, List<Descriptor> layers, @Nullable Map<String, String> annotations) {
        return new Manifest(2, MediaTypes.MANIFEST, null, config, List.copyOf(layers), null, annotations);
    }
}
