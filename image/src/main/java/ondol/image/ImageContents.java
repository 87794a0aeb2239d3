package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.TreeSet;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Reference;

/** The contents of one image to be read, byte for byte as they came; they stay at least until this is closed. */
public final class ImageContents implements AutoCloseable {
    private final ImageStore store;
    private final ImageStore.Operation operation;
    private final Blobs blobs;
    private final Image image;
    private final Descriptor manifest;
    private final Catalog.Stored stored;

    ImageContents(ImageStore store, ImageStore.Operation operation, Blobs blobs, Catalog.Stored stored) {
        this.store = store;
        this.operation = operation;
        this.blobs = blobs;
        this.stored = stored;
        this.image = stored.image();
        Descriptor known = stored.manifest();
        if (known == null || image.onHost()) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED,
                    "an image that stands on this machine's own files cannot leave it");
        }
        this.manifest = known;
    }

    public Image image() {
        return image;
    }

    public Descriptor manifest() {
        return manifest;
    }

    /** The layers' blobs, the lowest first. */
    public List<Descriptor> layers() {
        return stored.layerBlobs();
    }

    /** Bytes of the configuration. */
    public byte[] config() throws IOException {
        return read(image.id());
    }

    /** A small content. */
    public byte[] read(Digest digest) throws IOException {
        return blobs.read(digest, ImageJson.LIMIT);
    }

    /** Any content. */
    public InputStream open(Digest digest) throws IOException {
        return blobs.open(digest);
    }

    /** Paths of other repositories of a registry that this store has images of with this content. */
    public List<String> otherRepositories(Reference repository, String digest) {
        TreeSet<String> paths = new TreeSet<>();
        for (Catalog.Stored other : store.all()) {
            if (other.blobs().stream().anyMatch(blob -> blob.digest().equals(digest))) {
                other.image().names().stream()
                        .filter(name -> name.domain().equals(repository.domain())
                                && !name.path().equals(repository.path()))
                        .forEach(name -> paths.add(name.path()));
            }
        }
        return List.copyOf(paths);
    }

    /** The image is now known to be in a repository under its manifest's digest. */
    public void pushed(Reference repository) {
        store.nameDigest(image, repository.withDigest(image.manifest()));
    }

    @Override
    public void close() {
        operation.close();
    }
}
