package ondol.oci.image;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Points to a content: what it is, its digest and its size in bytes (OCI image specification, descriptors).
 *
 * @param artifactType what a manifest stands for, where it is no image
 */
@Json
public record Descriptor(
        String mediaType,
        String digest,
        long size,
        @Nullable List<String> urls,
        @Nullable Map<String, String> annotations,
        @Nullable String data,
        @Nullable Platform platform,
        @Nullable String artifactType) {
    /** @throws IllegalArgumentException where a field that every descriptor has is missing */
    public Descriptor {
        if (!Shape.given(mediaType) || !Shape.given(digest) || size < 0) {
            throw new IllegalArgumentException("a descriptor has no media type, digest or size");
        }
    }

    /** The annotation of an entry in a layout's index that holds the image's name. */
    public static final String REF_NAME = "org.opencontainers.image.ref.name";

    public static Descriptor of(String mediaType, Digest digest, long size) {
        return new Descriptor(mediaType, digest.toString(), size, null, null, null, null, null);
    }

    public Descriptor withAnnotations(@Nullable Map<String, String> annotations) {
        return new Descriptor(mediaType, digest, size, urls, annotations, data, platform, artifactType);
    }

    public Descriptor withPlatform(@Nullable Platform platform) {
        return new Descriptor(mediaType, digest, size, urls, annotations, data, platform, artifactType);
    }

    /** The value of an annotation; null where there is none. */
    public @Nullable String annotation(String key) {
        return annotations == null ? null : annotations.get(key);
    }
}
