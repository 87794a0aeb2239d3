package ondol.oci;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * What any document of the specifications says of itself, for a reader who has to know before reading the rest. It stands
 * in this package because the generated adapters' component is put into the package that all records have in common.
 *
 * @param ociVersion of a runtime document
 * @param schemaVersion of an image's document
 * @param mediaType of an image's document
 */
@Json
public record DocumentVersion(
        @Nullable String ociVersion,
        @Nullable Integer schemaVersion,
        @Nullable String mediaType) {}
