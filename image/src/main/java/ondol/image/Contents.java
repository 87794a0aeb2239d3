package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageConfig;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Manifest;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a store's layout, going out and coming in. While it is open nothing is deleted; when it is closed what
 * came in and no image refers to is. Used by one thread.
 */
public final class Contents implements AutoCloseable {
    private final ImageStore store;
    private final ImageStore.Operation operation;
    private final Blobs blobs;
    private final LayerStore layers;
    private final Unpacker unpacker;
    private final Layout layout;
    private final Compressor compressor;
    /** Diff ids of the blobs of layers, as they were found by unpacking. */
    private final Map<String, Digest> diffIds = new HashMap<>();

    private boolean received;

    Contents(
            ImageStore store,
            ImageStore.Operation operation,
            Blobs blobs,
            LayerStore layers,
            Unpacker unpacker,
            Layout layout,
            Compressor compressor) {
        this.store = store;
        this.operation = operation;
        this.blobs = blobs;
        this.layers = layers;
        this.unpacker = unpacker;
        this.layout = layout;
        this.compressor = compressor;
    }

    /**
     * An image's manifest, its configuration and its layers, each as it is kept.
     *
     * @throws ImageException UNSUPPORTED for the machine's own files, which cannot go elsewhere
     */
    public List<Descriptor> of(Image image) {
        return listed(stored(image));
    }

    private Catalog.Stored stored(Image image) {
        Catalog.Stored stored = store.catalog().byId(image.id());
        if (stored == null) {
            throw new ImageException(
                    ImageException.Kind.NOT_FOUND,
                    "No such image: " + image.id().brief());
        }
        if (stored.manifest() == null || image.onHost()) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED,
                    "the image %s stands on this machine's own files, which cannot be taken elsewhere"
                            .formatted(
                                    image.tags().isEmpty()
                                            ? image.id().brief()
                                            : image.tags().getFirst()));
        }
        return stored;
    }

    private static List<Descriptor> listed(Catalog.Stored stored) {
        List<Descriptor> all = new ArrayList<>(List.of(java.util.Objects.requireNonNull(stored.manifest())));
        all.addAll(stored.blobs());
        return List.copyOf(all);
    }

    /** Whether an image has layers that {@link #compress} would compress. */
    public boolean isPlain(Image image) {
        return Compressor.isPlain(stored(image));
    }

    /**
     * Compresses the layers of an image that are kept as plain tars, by gzip; the store has the compressed ones from then
     * on, and a manifest that names them. The image stays the same by id, names and diff ids. An image that is known by
     * its manifest's digest in some repository is left as it is.
     *
     * @return what {@link #of} tells of it then
     * @throws java.io.InterruptedIOException where the thread is interrupted; the image is as it was then
     */
    public List<Descriptor> compress(Image image, CompressProgress progress) throws IOException {
        received = true;
        return listed(compressor.compress(stored(image), progress));
    }

    /** Hears how compressing goes on. */
    public interface CompressProgress {
        /**
         * @param diffId of the layer
         * @param done bytes of it that are compressed
         * @param size all its bytes
         */
        void compressed(Digest diffId, long done, long size);
    }

    /** Whether a content is there. */
    public boolean has(Digest digest) {
        return digest.algorithm().equals("sha256") && blobs.has(digest);
    }

    /** The bytes of a content. */
    public InputStream open(Digest digest) throws IOException {
        return blobs.open(digest);
    }

    /** A small content, checked against its digest. */
    public byte[] read(Digest digest) throws IOException {
        return blobs.read(digest, ImageJson.LIMIT);
    }

    /** Keeps a small content. */
    public Descriptor write(String mediaType, byte[] bytes) {
        received = true;
        return blobs.write(mediaType, bytes);
    }

    /**
     * What came in.
     *
     * @param blob as it is kept, with the media type of a layer where it is one
     * @param diffId of the layer; null where it is none, or one that cannot be laid out
     */
    public record Received(Descriptor blob, @Nullable Digest diffId) {}

    /** Takes in a content, compressed or not, reading to the end of the stream; where it is a tar it is laid out at once. */
    public Received receive(InputStream in) throws IOException {
        received = true;
        Unpacker.Unpacked kept = unpacker.keep(in);
        Layer layer = kept.layer();
        if (layer != null) {
            diffIds.put(kept.blob().digest(), layer.diffId());
        }
        return new Received(kept.blob(), layer == null ? null : layer.diffId());
    }

    /** A content that is here already, as {@link #receive} would have told of it. */
    public Received kept(Digest digest) throws IOException {
        for (Catalog.Stored stored : store.catalog().all()) {
            List<Descriptor> all = stored.blobs();
            for (int i = 1; i < all.size() && stored.manifest() != null; i++) {
                if (all.get(i).digest().equals(digest.toString())) {
                    return new Received(
                            all.get(i), stored.image().layers().get(i - 1).diffId());
                }
            }
        }
        return new Received(
                Descriptor.of("application/octet-stream", digest, blobs.size(digest)), diffIds.get(digest.toString()));
    }

    /**
     * An image to be added.
     *
     * @param manifest where its manifest is
     * @param names taken from the images that had them; where the image is there already, it gets them too
     */
    public record Addition(Descriptor manifest, List<Reference> names) {}

    /**
     * Makes images seen, all of whose contents are there: all or, where one cannot be, none. Layers are checked against
     * their diff ids.
     *
     * @throws ImageException INVALID where something is missing, or is not what it is said to be
     */
    public List<Image> addAll(List<Addition> additions) {
        List<Catalog.Stored> checked = new ArrayList<>();
        for (Addition addition : additions) {
            try {
                List<Reference> names =
                        addition.names().stream().map(ImageStore::allowed).toList();
                checked.add(Catalog.renamed(checked(addition.manifest()), names));
            } catch (IOException | IllegalArgumentException e) {
                throw new ImageException(
                        ImageException.Kind.INVALID, "the image cannot be used: %s".formatted(e.getMessage()), e);
            }
        }
        return store.put(checked);
    }

    private Catalog.Stored checked(Descriptor entry) throws IOException {
        Digest digest = Digest.parse(entry.digest());
        Manifest manifest = ImageJson.read(read(digest), Manifest.class, "the manifest " + digest);
        Digest id = Digest.parse(manifest.config().digest());
        ImageConfig config = ImageJson.read(read(id), ImageConfig.class, "the configuration " + id);
        List<String> expected = config.diffIds();
        for (int i = 0; i < Math.min(expected.size(), manifest.layers().size()); i++) {
            Digest blob = Digest.parse(manifest.layers().get(i).digest());
            Digest diffId = Digest.parse(expected.get(i));
            // a layer that is here already by its diff id would else be taken for whatever the blob holds
            boolean known = diffId.equals(diffIds.get(blob.toString()));
            if (!known && layers.get(diffId) != null && blobs.has(blob) && !unpacker.isOf(blob, diffId)) {
                throw ImageException.invalid(
                        "the layer %s has other bytes than its diff id %s says".formatted(blob, diffId));
            }
        }
        return layout.image(entry.withAnnotations(null));
    }

    @Override
    public void close() {
        operation.close();
        if (received) {
            store.collectGarbageLater();
        }
    }
}
