package ondol.image;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.Index;
import ondol.oci.image.Platform;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** All images at one time, by id and by name. Never changed: a change makes another catalog. */
final class Catalog {
    /**
     * An image and what the layout has of it.
     *
     * @param manifest null for the images that stand for the machine itself
     * @param blobs its configuration, and then its layers, the lowest first
     */
    record Stored(Image image, @Nullable Descriptor manifest, List<Descriptor> blobs) {
        /** The layers' blobs, the lowest first. */
        List<Descriptor> layerBlobs() {
            return blobs.isEmpty() ? blobs : blobs.subList(1, blobs.size());
        }

        /** Whether it has a layer of this blob and diff id. */
        boolean hasPair(String blob, Digest diffId) {
            for (int i = 0; manifest != null && i < image.layers().size(); i++) {
                if (blobs.get(i + 1).digest().equals(blob)
                        && image.layers().get(i).diffId().equals(diffId)) {
                    return true;
                }
            }
            return false;
        }

        /** The blob of its layer of a diff id; null where it has none. */
        @Nullable
        Descriptor blobOf(Digest diffId) {
            for (int i = 0; manifest != null && i < image.layers().size(); i++) {
                if (image.layers().get(i).diffId().equals(diffId)) {
                    return blobs.get(i + 1);
                }
            }
            return null;
        }

        /** With further names. */
        Stored named(List<Reference> further) {
            List<Reference> names = new ArrayList<>(image.names());
            further.stream().filter(name -> !names.contains(name)).forEach(names::add);
            return renamed(this, names);
        }

        /** Given a name at a time; null for none. */
        Stored taggedAt(@Nullable Instant time) {
            return time == null ? this : new Stored(image.taggedAt(time), manifest, blobs);
        }
    }

    private final NavigableMap<String, Stored> byHex = new TreeMap<>();
    private final Map<String, Stored> byName = new HashMap<>();

    private final Set<String> layerNames = new HashSet<>();
    private @Nullable List<Image> newestFirst; // made when it is asked for; guarded by this

    private Catalog(Collection<Stored> images) {
        for (Stored stored : images) {
            byHex.put(stored.image().id().hex(), stored);
            stored.image().layers().forEach(layer -> layerNames.add(LayerStore.name(layer)));
            for (Reference name : stored.image().names()) {
                byName.put(name.toString(), stored);
                byName.put(name.familiar(), stored);
                if ("latest".equals(name.tag())) {
                    byName.put(name.familiarRepository(), stored);
                }
            }
        }
    }

    static Catalog of(Collection<Stored> images) {
        return new Catalog(images);
    }

    Collection<Stored> all() {
        return byHex.values();
    }

    /** The images, the newest first; always the same list. */
    synchronized List<Image> newestFirst() {
        List<Image> known = newestFirst;
        if (known == null) {
            // the time is read from text: once for each, not in each comparison
            record Dated(Instant created, Image image) {}
            known = byHex.values().stream()
                    .map(stored -> new Dated(stored.image().created(), stored.image()))
                    .sorted(Comparator.comparing(Dated::created)
                            .reversed()
                            .thenComparing(dated -> dated.image().id()))
                    .map(Dated::image)
                    .toList();
            newestFirst = known;
        }
        return known;
    }

    @Nullable
    Stored byId(Digest id) {
        return byHex.get(id.hex());
    }

    /** By a name exactly as it is written in full or in short. */
    @Nullable
    Stored byName(String name) {
        return byName.get(name);
    }

    /** By the digest of a manifest, in a repository that one of the image's names is in. */
    @Nullable
    Stored byManifest(Reference name) {
        for (Stored stored : byHex.values()) {
            if (stored.image().manifest().equals(name.digest())
                    && stored.image().names().stream()
                            .anyMatch(known -> known.repository().equals(name.repository()))) {
                return stored;
            }
        }
        return null;
    }

    /** Those whose id begins with these digits; two at most. */
    List<Stored> byBeginning(String hex) {
        List<Stored> found = new ArrayList<>();
        for (Map.Entry<String, Stored> entry : byHex.tailMap(hex, true).entrySet()) {
            if (!entry.getKey().startsWith(hex) || found.size() == 2) {
                break;
            }
            found.add(entry.getValue());
        }
        return found;
    }

    /** With an image added, or put in the place of the one with its id; its names are taken from all others. */
    Catalog with(Stored added) {
        Map<String, Stored> images = new TreeMap<>();
        for (Stored stored : byHex.values()) {
            List<Reference> names = new ArrayList<>(stored.image().names());
            names.removeAll(added.image().names());
            images.put(stored.image().id().hex(), renamed(stored, names));
        }
        images.put(added.image().id().hex(), added);
        return new Catalog(images.values());
    }

    Catalog without(Image image) {
        return new Catalog(byHex.values().stream()
                .filter(stored -> !stored.image().id().equals(image.id()))
                .toList());
    }

    static Stored renamed(Stored stored, List<Reference> names) {
        return names.equals(stored.image().names())
                ? stored
                : new Stored(stored.image().withNames(names), stored.manifest(), stored.blobs());
    }

    /**
     * The layout's index: one entry for each name, and one for an image that has none.
     *
     * @param further annotations of an image's entries
     */
    Index index(Function<Stored, Map<String, String>> further) {
        List<Descriptor> manifests = new ArrayList<>();
        for (Stored stored : byHex.values()) {
            if (stored.manifest() == null) {
                continue;
            }
            Descriptor manifest = stored.manifest().withPlatform(platform(stored.image()));
            Map<String, String> annotations = further.apply(stored);
            if (stored.image().names().isEmpty()) {
                manifests.add(manifest.withAnnotations(annotations.isEmpty() ? null : annotations));
            }
            for (Reference name : stored.image().names()) {
                Map<String, String> named = new HashMap<>(annotations);
                named.put(Descriptor.REF_NAME, name.toString());
                manifests.add(manifest.withAnnotations(named));
            }
        }
        return Index.of(manifests);
    }

    private static @Nullable Platform platform(Image image) {
        String architecture = image.config().architecture();
        String os = image.config().os();
        return architecture == null || os == null
                ? null
                : new Platform(architecture, os, null, null, image.config().variant());
    }

    /** The digests in sha256 of everything that the layout must keep. */
    Set<String> blobs() {
        Set<String> hex = new HashSet<>();
        for (Stored stored : byHex.values()) {
            if (stored.manifest() != null) {
                hex.add(Digest.parse(stored.manifest().digest()).hex());
                stored.blobs()
                        .forEach(blob -> hex.add(Digest.parse(blob.digest()).hex()));
            }
        }
        return hex;
    }

    /** Names of the folders of all layers. */
    Set<String> layerNames() {
        return layerNames;
    }

    /** The diff ids of all layers. */
    Set<Digest> diffIds() {
        Set<Digest> diffIds = new HashSet<>();
        byHex.values().forEach(stored -> stored.image().layers().forEach(layer -> diffIds.add(layer.diffId())));
        return diffIds;
    }
}
