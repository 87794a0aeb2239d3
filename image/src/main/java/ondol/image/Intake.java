package ondol.image;

import com.github.luben.zstd.ZstdIOException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipException;
import ondol.linux.Files;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageConfig;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Manifest;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;

/**
 * An image that comes into the store piece by piece, layers by several threads. As long as it is open nothing is deleted
 * that it may need. Contents wait in {@code blobs/partial} until the image is whole, and are still there for the next
 * attempt when this one fails or its process is killed.
 */
public final class Intake implements AutoCloseable {
    private static final int BUFFER = 256 << 10;

    private final ImageStore store;
    private final ImageStore.Operation operation;
    private final ImageStore.Parts parts;
    private boolean finished;

    Intake(ImageStore store, ImageStore.Operation operation, ImageStore.Parts parts) {
        this.store = store;
        this.operation = operation;
        this.parts = parts;
    }

    /** Whether a layer is unpacked and its blob kept, for an image that has just this pair. */
    public boolean has(Descriptor blob, Digest diffId) {
        Layer layer = parts.layers().get(diffId);
        return layer != null
                && !layer.host()
                && parts.blobs().has(Digest.parse(blob.digest()))
                && store.pairs(blob.digest(), diffId);
    }

    /** Whether a content is here to its last byte. */
    public boolean isWhole(Digest digest) {
        return parts.blobs().has(digest);
    }

    /** Reads a content that {@link #isWhole}. */
    public InputStream open(Digest digest) throws IOException {
        return parts.blobs().open(digest);
    }

    /** A small content of the store. */
    public byte[] read(Digest digest) throws IOException {
        return parts.blobs().read(digest, ImageJson.LIMIT);
    }

    /** Where a content goes while it comes. One at a time per digest. */
    public Arrival arrival(Descriptor blob) throws IOException {
        return new Arrival(blob, parts.partials().path(Digest.parse(blob.digest())));
    }

    /**
     * Lays a layer out while its blob is read. Inflating and hashing have threads of their own.
     *
     * @throws ImageException INVALID for a damaged or hostile tar, or one of another diff id; nothing is left then
     */
    public Layer unpack(InputStream blob, Digest diffId) throws IOException {
        Layer there = parts.layers().get(diffId);
        if (there != null && there.host()) {
            throw ImageException.invalid("an image from elsewhere cannot stand on this machine's own files");
        }
        BufferedInputStream in = new BufferedInputStream(blob, BUFFER);
        Compression compression = Compression.of(in);
        try (Inflating plain = Inflating.start(() -> compression.open(in), in, diffId.newSum())) {
            if (there != null) {
                // laid out for another blob: this one only has to be the same tar
                plain.transferTo(java.io.OutputStream.nullOutputStream());
                check(plain, diffId);
                return there;
            }
            return layOut(plain, diffId);
        } catch (ZipException | ZstdIOException | java.io.EOFException e) {
            throw new ImageException(
                    ImageException.Kind.INVALID, "the tar's compression is damaged: " + e.getMessage(), e);
        }
    }

    private Layer layOut(Inflating plain, Digest diffId) throws IOException {
        Folders folders = parts.folders();
        String staged = folders.stagingName();
        Files.mkdirat(folders.stagingFolder, staged, 0755);
        try {
            long size;
            try (ondol.linux.Descriptor folder = Files.openName(folders.stagingFolder, staged, Files.O_DIRECTORY);
                    TreeWriter writer = new TreeWriter(folder, "", TreeWriter.Options.LAYER, parts.limits())) {
                writer.addAll(new TarReader(plain));
                drain(plain);
                size = writer.size();
            }
            check(plain, diffId);
            return parts.layers().adopt(staged, diffId, size);
        } finally {
            folders.trash.take(folders.stagingFolder, staged);
        }
    }

    private static void check(Inflating plain, Digest diffId) throws IOException {
        String hex = HexFormat.of().formatHex(plain.sum());
        if (!hex.equals(diffId.hex())) {
            throw ImageException.invalid(
                    "the layer unpacks to %s:%s, but the image's configuration says %s (wrong diff id specified on image)"
                            .formatted(diffId.algorithm(), hex, diffId));
        }
    }

    private void drain(InputStream in) throws IOException {
        byte[] buffer = new byte[65536];
        long trailing = 0;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            trailing += read;
            if (trailing > parts.limits().bytes()) {
                throw ImageException.invalid("the tar is followed by more than %d bytes"
                        .formatted(parts.limits().bytes()));
            }
        }
    }

    /**
     * Makes the image one of the store. It is brought to disk soon after; until then it is marked as one to be checked
     * should the machine go down.
     *
     * @param mediaType the manifest's
     * @param manifest its bytes as they came
     * @param config the configuration's bytes, whose digest the manifest has
     * @param names full names, which are taken from other images
     */
    public Image finish(String mediaType, byte[] manifest, byte[] config, List<Reference> names) throws IOException {
        Digest digest = Digest.of(manifest);
        Manifest read = ImageJson.read(manifest, Manifest.class, "the manifest " + digest);
        ImageConfig image = ImageJson.read(config, ImageConfig.class, "the configuration " + digest);
        Digest id = Digest.of(config);
        List<Layer> layers = new ArrayList<>();
        List<Descriptor> referred = new ArrayList<>(List.of(read.config()));
        referred.addAll(read.layers());
        for (String diffId : image.diffIds()) {
            Layer layer = parts.layers().get(Digest.parse(diffId));
            if (layer == null) {
                throw new ImageException(ImageException.Kind.FAILED, "the layer " + diffId + " went while it was used");
            }
            layers.add(layer);
        }
        parts.blobs().write(read.config().mediaType(), config);
        Descriptor stored = parts.blobs().write(mediaType, manifest);
        parts.partials().promote(read.layers(), parts.blobs());
        Map<String, String> annotations = read.annotations();
        @Nullable String parent = annotations == null ? null : annotations.get(Layout.PARENT);
        Image added = new Image(id, digest, List.copyOf(names), image, List.copyOf(layers), parent, null);
        Image all = store.put(List.of(new Catalog.Stored(added, stored, List.copyOf(referred))))
                .getFirst();
        finished = all.manifest().equals(digest);
        return all;
    }

    /** Whether this is a media type of a layer that can be unpacked. */
    public static boolean isLayer(String mediaType) {
        return switch (mediaType) {
            case MediaTypes.LAYER,
                    MediaTypes.LAYER_GZIP,
                    MediaTypes.LAYER_ZSTD,
                    MediaTypes.DOCKER_LAYER,
                    MediaTypes.DOCKER_LAYER_GZIP,
                    MediaTypes.DOCKER_LAYER_ZSTD -> true;
            default -> false;
        };
    }

    /** Ends it. Layers that no image came to need are deleted, their blobs kept for a day. */
    @Override
    public void close() {
        if (!finished) {
            store.collectGarbageLater();
        }
        operation.close();
    }
}
