package ondol.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageConfig;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Index;
import ondol.oci.image.LayoutMarker;
import ondol.oci.image.Manifest;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/** Reads and writes the index of the OCI image layout. */
final class Layout {
    /** The annotation of our manifests that names the image below a commit. */
    static final String PARENT = "ondol.image.parent";

    /** The annotation of an entry that says when the image was last given a name here, as RFC 3339 has it. */
    static final String TAGGED = "ondol.image.tagged";

    /**
     * The annotation of an entry that was made in a boot and may not be on disk: until then images are used, and where
     * the machine stops before, the next start looks at all of it.
     */
    static final String UNSYNCED = "ondol.image.unsynced";

    private static final System.Logger LOG = System.getLogger(Layout.class.getName());
    private static final String INDEX = "index.json";
    private static final String MARKER = "oci-layout";

    private final Folders folders;
    private final Blobs blobs;
    private final LayerStore layers;
    private final Unpacker unpacker;
    private final Set<Digest> unsynced = ConcurrentHashMap.newKeySet();

    Layout(Folders folders, Blobs blobs, LayerStore layers, Unpacker unpacker) {
        this.folders = folders;
        this.blobs = blobs;
        this.layers = layers;
        this.unpacker = unpacker;
    }

    /** All images of which everything is there; a broken one is left out, and said so in the log. */
    Catalog load(List<Image> own) {
        Map<Digest, Catalog.Stored> images = new LinkedHashMap<>();
        for (Image image : own) {
            images.put(image.id(), new Catalog.Stored(image, null, List.of()));
        }
        List<Descriptor> entries = new ArrayList<>(index().manifests());
        // the layers that they share with those that are on disk need not be looked at
        entries.sort(java.util.Comparator.comparing(this::isDoubtful));
        Set<String> certain = new HashSet<>();
        for (Descriptor entry : entries) {
            try {
                if (MediaTypes.isManifest(entry.mediaType())) {
                    if (isDoubtful(entry)) {
                        doubt(entry, certain);
                    }
                    Catalog.Stored stored = image(entry);
                    stored.image()
                            .layers()
                            .forEach(layer -> certain.add(layer.diffId().toString()));
                    if (entry.annotation(UNSYNCED) != null) {
                        unsynced.add(stored.image().id());
                    }
                    images.merge(stored.image().id(), stored, Layout::bothNames);
                }
            } catch (IOException | RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "image {0} is left out: {1}", entry.digest(), e.getMessage());
            }
        }
        return Catalog.of(images.values());
    }

    private boolean isDoubtful(Descriptor entry) {
        String boot = entry.annotation(UNSYNCED);
        return boot != null && !boot.equals(folders.boot);
    }

    /** Checks the contents of an image, and has its layers unpacked anew. */
    private void doubt(Descriptor entry, Set<String> certain) throws IOException {
        Digest digest = Digest.parse(entry.digest());
        Manifest manifest =
                ImageJson.read(blobs.read(digest, ImageJson.LIMIT), Manifest.class, "the manifest " + digest);
        Digest id = Digest.parse(manifest.config().digest());
        ImageConfig config =
                ImageJson.read(blobs.read(id, ImageJson.LIMIT), ImageConfig.class, "the configuration " + id);
        for (int i = 0; i < manifest.layers().size(); i++) {
            String diffId = i < config.diffIds().size() ? config.diffIds().get(i) : "";
            Digest blob = Digest.parse(manifest.layers().get(i).digest());
            if (!certain.contains(diffId)) {
                if (!blobs.isWhole(blob)) {
                    throw new IOException("its layer %s was not written to its end".formatted(blob));
                }
                layers.doubt(Digest.parse(diffId));
            }
        }
    }

    private static Catalog.Stored bothNames(Catalog.Stored one, Catalog.Stored other) {
        List<Reference> names = new ArrayList<>(one.image().names());
        other.image().names().stream().filter(name -> !names.contains(name)).forEach(names::add);
        return Catalog.renamed(one, names);
    }

    private Index index() {
        Path file = folders.root.resolve(INDEX);
        try {
            if (!Files.exists(file)) {
                folders.writeDurably(folders.root.resolve(MARKER), ImageJson.write(LayoutMarker.CURRENT));
                folders.writeDurably(file, ImageJson.write(Index.of(List.of())));
            }
            return ImageJson.read(Files.readAllBytes(file), Index.class, file.toString());
        } catch (IOException e) {
            throw ImageException.failed("cannot read the image store's index", e);
        } catch (IllegalArgumentException e) {
            throw new ImageException(ImageException.Kind.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    /** Writes the index, to be on disk soon. */
    void save(Catalog catalog) {
        folders.writeWhole(folders.root.resolve(INDEX), bytes(catalog));
    }

    /** Writes the index, and returns when it is on disk. */
    void saveDurably(Catalog catalog) {
        folders.writeDurably(folders.root.resolve(INDEX), bytes(catalog));
    }

    private byte[] bytes(Catalog catalog) {
        return ImageJson.write(catalog.index(this::marks));
    }

    private Map<String, String> marks(Catalog.Stored stored) {
        Map<String, String> marks = new LinkedHashMap<>();
        if (unsynced.contains(stored.image().id())) {
            marks.put(UNSYNCED, folders.boot);
        }
        if (stored.image().tagged() != null) {
            marks.put(TAGGED, stored.image().tagged().toString());
        }
        return marks;
    }

    /** The ids of the images of which not everything may be on disk. */
    Set<Digest> unsynced() {
        return unsynced;
    }

    /** An image of which everything is there. */
    Catalog.Stored image(Descriptor entry) throws IOException {
        Digest digest = Digest.parse(entry.digest());
        Manifest manifest =
                ImageJson.read(blobs.read(digest, ImageJson.LIMIT), Manifest.class, "the manifest " + digest);
        String name = entry.annotation(Descriptor.REF_NAME);
        List<Reference> names =
                name == null ? List.of() : List.of(Reference.parse(name).withDefaultTag());
        return image(entry, digest, manifest, names);
    }

    private Catalog.Stored image(Descriptor entry, Digest digest, Manifest manifest, List<Reference> names)
            throws IOException {
        Digest id = Digest.parse(manifest.config().digest());
        ImageConfig config =
                ImageJson.read(blobs.read(id, ImageJson.LIMIT), ImageConfig.class, "the configuration " + id);
        List<String> diffIds = config.diffIds();
        if (diffIds.size() != manifest.layers().size()) {
            throw new IOException("its manifest and its configuration have different numbers of layers");
        }
        List<Layer> unpacked = new ArrayList<>();
        List<Descriptor> all = new ArrayList<>(List.of(manifest.config()));
        for (int i = 0; i < diffIds.size(); i++) {
            Descriptor blob = manifest.layers().get(i);
            long size = blobs.size(Digest.parse(blob.digest()));
            if (size < 0) {
                throw new IOException("its layer %s is missing".formatted(blob.digest()));
            }
            if (size != blob.size()) {
                throw new IOException("its layer %s has %d bytes and not the %d that its manifest says"
                        .formatted(blob.digest(), size, blob.size()));
            }
            unpacked.add(layer(blob, Digest.parse(diffIds.get(i))));
            all.add(blob);
        }
        Map<String, String> annotations = manifest.annotations();
        @Nullable String parent = annotations == null ? null : annotations.get(PARENT);
        Image image = new Image(id, digest, names, config, List.copyOf(unpacked), parent, tagged(entry));
        return new Catalog.Stored(image, entry.withAnnotations(null).withPlatform(null), List.copyOf(all));
    }

    private static @Nullable Instant tagged(Descriptor entry) {
        String text = entry.annotation(TAGGED);
        return text == null ? null : Image.time(text);
    }

    /** A layer, unpacked now where another tool put the image into the layout. */
    private Layer layer(Descriptor blob, Digest diffId) throws IOException {
        Layer layer = layers.get(diffId);
        if (layer == null && HostImage.isHostLayer(blob.mediaType())) {
            throw new IOException("it stands on the files of another machine");
        }
        return layer == null ? unpacker.unpack(blobs.open(Digest.parse(blob.digest())), diffId) : layer;
    }
}
