package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Manifest;
import ondol.oci.image.MediaTypes;
import org.jspecify.annotations.Nullable;

/**
 * Compresses the layers of images that are to go elsewhere. Making a layer is not held up by gzip, so what is committed,
 * built or imported is kept as a plain tar until then; afterwards the compressed one is kept, and found by the next who
 * needs it. The plain one goes when no other image has it.
 *
 * <p>The same tar gives the same bytes on every machine whose JDK has the same zlib: no time and no name is in them.
 */
final class Compressor {
    /** Of what Docker's level 6 makes smaller still, 3 % of the bytes, and it takes twice as long. */
    private static final int LEVEL = 4;

    private static final int BUFFER = 256 << 10;

    private final ImageStore store;
    private final Blobs blobs;
    /** Compressing one takes all processors, and who waited finds the layers that were wanted done. */
    private final ReentrantLock turn = new ReentrantLock();

    Compressor(ImageStore store, Blobs blobs) {
        this.store = store;
        this.blobs = blobs;
    }

    /** Whether there is something to compress: an image that is known elsewhere by its manifest keeps that. */
    static boolean isPlain(Catalog.Stored stored) {
        return stored.image().digests().isEmpty()
                && stored.layerBlobs().stream().anyMatch(Compressor::isPlain);
    }

    private static boolean isPlain(Descriptor blob) {
        return blob.mediaType().equals(MediaTypes.LAYER) || blob.mediaType().equals(MediaTypes.DOCKER_LAYER);
    }

    /**
     * The caller keeps an operation of the store open.
     *
     * @return the image as it is in the store now
     */
    Catalog.Stored compress(Catalog.Stored found, Contents.CompressProgress progress) throws IOException {
        try {
            turn.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        }
        try {
            Catalog.Stored now = store.catalog().byId(found.image().id());
            Catalog.Stored stored = now == null ? found : now;
            return isPlain(stored) ? compressAll(stored, progress) : stored;
        } finally {
            turn.unlock();
        }
    }

    private Catalog.Stored compressAll(Catalog.Stored stored, Contents.CompressProgress progress) throws IOException {
        List<Descriptor> layers = new ArrayList<>();
        Map<String, Descriptor> done = new HashMap<>();
        for (int i = 0; i < stored.layerBlobs().size(); i++) {
            Descriptor blob = stored.layerBlobs().get(i);
            Digest diffId = stored.image().layers().get(i).diffId();
            Descriptor compressed = isPlain(blob) ? done.get(blob.digest()) : blob;
            if (compressed == null) {
                compressed = layer(blob, diffId, progress);
                done.put(blob.digest(), compressed);
            }
            layers.add(compressed);
        }
        Catalog.Stored after = describe(stored, layers);
        store.replace(stored, after);
        return after;
    }

    private Descriptor layer(Descriptor plain, Digest diffId, Contents.CompressProgress progress) throws IOException {
        Descriptor known = known(diffId);
        if (known == null) {
            known = gzip(plain, diffId, progress);
        }
        blobs.force(Digest.parse(known.digest()));
        return new Descriptor(
                type(plain, known), known.digest(), known.size(), null, plain.annotations(), null, null, null);
    }

    /** A compressed blob of this layer that some image has. */
    private @Nullable Descriptor known(Digest diffId) {
        for (Catalog.Stored stored : store.catalog().all()) {
            Descriptor blob = stored.blobOf(diffId);
            if (blob != null && isGzip(blob) && blobs.size(Digest.parse(blob.digest())) == blob.size()) {
                return blob;
            }
        }
        return null;
    }

    private static boolean isGzip(Descriptor blob) {
        return blob.mediaType().equals(MediaTypes.LAYER_GZIP)
                || blob.mediaType().equals(MediaTypes.DOCKER_LAYER_GZIP);
    }

    /** In the family of types that the manifest speaks. */
    private static String type(Descriptor plain, Descriptor compressed) {
        boolean docker = plain.mediaType().equals(MediaTypes.DOCKER_LAYER);
        return isGzip(compressed) && docker ? MediaTypes.DOCKER_LAYER_GZIP : MediaTypes.LAYER_GZIP;
    }

    private Descriptor gzip(Descriptor plain, Digest diffId, Contents.CompressProgress progress) throws IOException {
        Digest digest = Digest.parse(plain.digest());
        MessageDigest sum = digest.newSum();
        try (Blobs.Staged staged = blobs.stage()) {
            try (InputStream in = blobs.open(digest);
                    OutputStream out = new ParallelGzip(staged, LEVEL)) {
                byte[] buffer = new byte[BUFFER];
                long at = 0;
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    if (Thread.interrupted()) {
                        Thread.currentThread().interrupt();
                        throw new InterruptedIOException("interrupted");
                    }
                    sum.update(buffer, 0, read);
                    out.write(buffer, 0, read);
                    at += read;
                    progress.compressed(diffId, at, plain.size());
                }
            }
            // what replaces the layer must be the layer
            if (!java.util.HexFormat.of().formatHex(sum.digest()).equals(digest.hex())) {
                throw new ImageException(
                        ImageException.Kind.FAILED,
                        "the content %s has other bytes on disk than its digest says".formatted(digest));
            }
            return staged.commit(MediaTypes.LAYER_GZIP);
        }
    }

    /** The image by another manifest. */
    private Catalog.Stored describe(Catalog.Stored stored, List<Descriptor> layers) throws IOException {
        Descriptor before = Objects.requireNonNull(stored.manifest());
        byte[] bytes = blobs.read(Digest.parse(before.digest()), ImageJson.LIMIT);
        Manifest read = ImageJson.read(bytes, Manifest.class, "the manifest " + before.digest());
        Manifest changed = new Manifest(
                read.schemaVersion(),
                read.mediaType(),
                read.artifactType(),
                read.config(),
                List.copyOf(layers),
                read.subject(),
                read.annotations());
        Descriptor manifest = blobs.writeDurably(before.mediaType(), ImageJson.write(changed));
        List<Descriptor> all = new ArrayList<>(List.of(stored.blobs().getFirst()));
        all.addAll(layers);
        Digest digest = Digest.parse(manifest.digest());
        return new Catalog.Stored(stored.image().withManifest(digest), manifest, List.copyOf(all));
    }
}
