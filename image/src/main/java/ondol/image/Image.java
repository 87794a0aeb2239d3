package ondol.image;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageConfig;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/**
 * An image in the store, as it was when it was looked up.
 *
 * @param id the digest of its configuration
 * @param manifest the digest of its manifest
 * @param names all its names, in full
 * @param layers the lowest first
 * @param parent the id of the image that it was committed on, where that is known
 * @param tagged when it was last given a name here; null where its names came with it
 */
public record Image(
        Digest id,
        Digest manifest,
        List<Reference> names,
        ImageConfig config,
        List<Layer> layers,
        @Nullable String parent,
        @Nullable Instant tagged) {
    /** Bytes of all layers' files. */
    public long size() {
        return layers.stream().mapToLong(Layer::size).sum();
    }

    /** Whether the machine's own files are below it, so that it cannot be exported, saved or pushed. */
    public boolean onHost() {
        return layers.stream().anyMatch(Layer::host);
    }

    /** When it was made; 1970 where it does not say. */
    public Instant created() {
        return time(config.created());
    }

    /** Names with a tag as people write them, such as {@code busybox:latest}. */
    public List<String> tags() {
        return names.stream()
                .filter(name -> name.digest() == null)
                .map(Reference::familiar)
                .toList();
    }

    /** Names with a digest as people write them, such as {@code busybox@sha256:…}. */
    public List<String> digests() {
        return names.stream()
                .filter(name -> name.digest() != null)
                .map(Reference::familiar)
                .toList();
    }

    /** The layers' chain ids, the lowest first: what a layer is together with all below it (OCI, layer chain id). */
    public List<String> chainIds() {
        List<String> chain = new ArrayList<>();
        for (Layer layer : layers) {
            String below = chain.isEmpty() ? "" : chain.getLast() + " ";
            chain.add(
                    below.isEmpty()
                            ? layer.diffId().toString()
                            : Digest.of((below + layer.diffId()).getBytes(StandardCharsets.UTF_8))
                                    .toString());
        }
        return chain;
    }

    Image withNames(List<Reference> names) {
        return new Image(id, manifest, List.copyOf(names), config, layers, parent, tagged);
    }

    Image withManifest(Digest manifest) {
        return new Image(id, manifest, names, config, layers, parent, tagged);
    }

    Image taggedAt(@Nullable Instant time) {
        return time == null ? this : new Image(id, manifest, names, config, layers, parent, time);
    }

    static Instant time(@Nullable String text) {
        try {
            return text == null ? Instant.EPOCH : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }
}
