package ondol.image;

import com.github.luben.zstd.ZstdIOException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.zip.ZipException;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.oci.image.Digest;
import org.jspecify.annotations.Nullable;

/**
 * Turns tars into layers: in one pass the bytes are hashed, kept as they came (the layer's blob, compressed or not), and
 * laid out in a folder.
 *
 * <p>The blob is kept, not made anew when it is asked for: so the layout is whole for every other tool at any time, and
 * gives back the very bytes that came in. It costs the disk the blob's size.
 */
final class Unpacker {
    private static final int BUFFER = 256 << 10;

    private final Folders folders;
    private final Blobs blobs;
    private final LayerStore layers;
    private final TarLimits limits;

    Unpacker(Folders folders, Blobs blobs, LayerStore layers, TarLimits limits) {
        this.folders = folders;
        this.blobs = blobs;
        this.layers = layers;
        this.limits = limits;
    }

    /** A layer and its blob. */
    record Unpacked(Layer layer, ondol.oci.image.Descriptor blob) {}

    /** A tar from outside. */
    Unpacked receive(InputStream in) throws IOException {
        try (Blobs.Staged blob = blobs.stage()) {
            BufferedInputStream buffered = new BufferedInputStream(blob.tee(in), BUFFER);
            Compression compression = Compression.of(buffered);
            Layer layer = layOut(buffered, compression, blob, null);
            return new Unpacked(layer, blob.commit(compression.mediaType));
        }
    }

    /** What is written to a blob as a plain tar. */
    interface Writing {
        void to(OutputStream out) throws IOException;
    }

    /** A tar of our own making. */
    Unpacked make(Writing writing) throws IOException {
        try (Blobs.Staged blob = blobs.stage()) {
            java.io.BufferedOutputStream out = new java.io.BufferedOutputStream(blob, BUFFER);
            writing.to(out);
            out.flush();
            Layer layer;
            try (InputStream in = blob.reopen()) {
                layer = layOut(new BufferedInputStream(in, BUFFER), Compression.NONE, blob, null);
            }
            return new Unpacked(layer, blob.commit(Compression.NONE.mediaType));
        }
    }

    /** A blob that is there, whose uncompressed bytes must have this digest. */
    Layer unpack(InputStream blob, Digest diffId) throws IOException {
        try (BufferedInputStream in = new BufferedInputStream(blob, BUFFER)) {
            return layOut(in, Compression.of(in), null, diffId);
        }
    }

    /**
     * @param blob where the bytes go or come from, which sums them up; null for a blob that is there
     * @param expected null where the diff id is to be found out
     */
    private Layer layOut(
            InputStream in, Compression compression, Blobs.@Nullable Staged blob, @Nullable Digest expected)
            throws IOException {
        // the bytes of a plain tar are summed up with the blob
        boolean summed = blob != null && compression == Compression.NONE;
        MessageDigest sum = expected == null ? Digest.sha256() : expected.newSum();
        String staged = folders.stagingName();
        Files.mkdirat(folders.stagingFolder, staged, 0755);
        try {
            long size;
            try (Descriptor folder = Files.openName(folders.stagingFolder, staged, Files.O_DIRECTORY)) {
                InputStream plain = compression.open(in);
                size = fill(folder, summed ? plain : new DigestInputStream(plain, sum));
            }
            in.transferTo(OutputStream.nullOutputStream());
            Digest diffId = expected == null
                    ? (summed ? java.util.Objects.requireNonNull(blob).digest() : Digest.of(sum))
                    : check(sum, expected);
            return layers.adopt(staged, diffId, size);
        } catch (ZipException | ZstdIOException | java.io.EOFException e) {
            throw new ImageException(
                    ImageException.Kind.INVALID, "the tar's compression is damaged: " + e.getMessage(), e);
        } finally {
            folders.trash.take(folders.stagingFolder, staged);
        }
    }

    private static Digest check(MessageDigest sum, Digest expected) {
        String hex = java.util.HexFormat.of().formatHex(sum.digest());
        if (!hex.equals(expected.hex())) {
            throw ImageException.invalid("the layer's bytes are not those of its diff id " + expected);
        }
        return expected;
    }

    private long fill(Descriptor folder, InputStream in) throws IOException {
        try (TreeWriter writer = new TreeWriter(folder, "", TreeWriter.Options.LAYER, limits)) {
            InputStream plain = new BufferedInputStream(in, BUFFER);
            writer.addAll(new TarReader(plain));
            // what follows the end belongs to the layer's bytes
            drain(plain);
            return writer.size();
        }
    }

    private void drain(InputStream in) throws IOException {
        byte[] buffer = new byte[65536];
        long trailing = 0;
        int read;
        while ((read = in.read(buffer)) >= 0) {
            trailing += read;
            if (trailing > limits.bytes()) {
                throw ImageException.invalid("the tar is followed by more than %d bytes".formatted(limits.bytes()));
            }
        }
    }
}
