package ondol.image;

import com.github.luben.zstd.ZstdIOException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
 * gives back the very bytes that came in. It costs the disk the blob's size. A plain one is compressed when it is pushed
 * ({@link Compressor}).
 */
final class Unpacker implements AutoCloseable {
    private static final int BUFFER = 256 << 10;

    private final Folders folders;
    private final Blobs blobs;
    private final LayerStore layers;
    private final TarLimits limits;
    private final ExecutorService workers = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("ondol-layer-", 0).factory());

    Unpacker(Folders folders, Blobs blobs, LayerStore layers, TarLimits limits) {
        this.folders = folders;
        this.blobs = blobs;
        this.layers = layers;
        this.limits = limits;
    }

    /** A layer and its blob. The layer is null only for what {@link #keep} could not lay out. */
    record Unpacked(@Nullable Layer layer, ondol.oci.image.Descriptor blob) {}

    /** A tree that was laid out in the staging folder; its tar's sum is null where it is that of the blob. */
    private record Laid(
            String folder,
            long size,
            Compression compression,
            @Nullable Digest diffId) {}

    /** What writes a blob, as it is to be kept. */
    interface Writing {
        void to(OutputStream out) throws IOException;
    }

    /** A tar from outside, plain or compressed. */
    Unpacked receive(InputStream in) throws IOException {
        return make(out -> copy(in, out));
    }

    /** A tar that is written here: while one thread writes it, another sums it up, and a third one lays it out. */
    Unpacked make(Writing writing) throws IOException {
        return make(writing, true);
    }

    /** A content from outside: with a layer where it is a tar that can be laid out, and without one where it is not. */
    Unpacked keep(InputStream in) throws IOException {
        byte[] start = in.readNBytes(TarHeader.BLOCK);
        Writing whole = out -> {
            out.write(start);
            copy(in, out);
        };
        if (Compression.mayBeTar(start)) {
            return make(whole, false);
        }
        try (Blobs.Staged blob = blobs.stage()) {
            whole.to(blob);
            return new Unpacked(null, blob.commit("application/octet-stream"));
        }
    }

    /** In pieces that pass buffers by. */
    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] bytes = new byte[BUFFER];
        int read;
        while ((read = in.readNBytes(bytes, 0, bytes.length)) > 0) {
            out.write(bytes, 0, read);
        }
    }

    private Unpacked make(Writing writing, boolean strict) throws IOException {
        ChunkPipe pipe = new ChunkPipe();
        try (Blobs.Staged blob = blobs.stageUnsummed()) {
            Future<Digest> summing = workers.submit(pipe::sum);
            Future<Laid> laying = workers.submit(() -> layOut(pipe.out));
            try {
                BufferedOutputStream out = new BufferedOutputStream(new Tee(blob, pipe, strict), BUFFER);
                writing.to(out);
                out.flush();
                pipe.in.close();
            } catch (IOException | RuntimeException | Error e) {
                pipe.fail(e);
                throw refusal(laying, e);
            }
            Laid laid;
            try {
                laid = await(laying);
            } catch (ImageException e) {
                if (strict || e.kind() == ImageException.Kind.FAILED) {
                    throw e;
                }
                blob.summed(await(summing));
                return new Unpacked(null, blob.commit("application/octet-stream"));
            }
            try {
                blob.summed(await(summing));
                Digest diffId = laid.diffId() == null ? blob.digest() : laid.diffId();
                ondol.oci.image.Descriptor kept = blob.commit(laid.compression().mediaType);
                return new Unpacked(layers.adopt(laid.folder(), diffId, laid.size()), kept);
            } finally {
                folders.trash.take(folders.stagingFolder, laid.folder());
            }
        }
    }

    /** Gives bytes to the blob and to whoever lays them out; stops where that one gave up. */
    private static final class Tee extends OutputStream {
        private final OutputStream blob;
        private final ChunkPipe pipe;
        private final boolean strict;

        Tee(OutputStream blob, ChunkPipe pipe, boolean strict) {
            this.blob = blob;
            this.pipe = pipe;
            this.strict = strict;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (strict && pipe.ignored()) {
                throw new Refused();
            }
            pipe.in.write(bytes, offset, length);
            blob.write(bytes, offset, length);
        }
    }

    /** The tar is refused; why is known to the thread that lays it out. */
    private static final class Refused extends IOException {
        private static final long serialVersionUID = 1;
    }

    /** What to throw where the writing failed: the reason why the tar was refused, or the failure itself. */
    private IOException refusal(Future<Laid> laying, Throwable failure) throws IOException {
        try {
            Laid laid = await(laying);
            folders.trash.take(folders.stagingFolder, laid.folder());
        } catch (IOException | RuntimeException e) {
            if (failure instanceof Refused) {
                throw e;
            }
        }
        switch (failure) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw (IOException) failure;
        }
    }

    private static <T> T await(Future<T> work) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return work.get();
                } catch (InterruptedException e) {
                    // the pipe has ended, so this is soon over; its folder must not be forgotten
                    interrupted = true;
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case IOException cause -> throw cause;
                        case RuntimeException cause -> throw cause;
                        case Error cause -> throw cause;
                        case null, default -> throw new IOException(e);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether the uncompressed bytes of a blob that is there have this digest. */
    boolean isOf(Digest blob, Digest diffId) throws IOException {
        MessageDigest sum = diffId.newSum();
        try (InputStream raw = blobs.open(blob)) {
            BufferedInputStream in = new BufferedInputStream(raw, BUFFER);
            new DigestInputStream(Compression.of(in).open(in), sum).transferTo(OutputStream.nullOutputStream());
        }
        return java.util.HexFormat.of().formatHex(sum.digest()).equals(diffId.hex());
    }

    /** A blob that is there, whose uncompressed bytes must have this digest. */
    Layer unpack(InputStream blob, Digest diffId) throws IOException {
        try (blob) {
            Laid laid = layOut(blob, diffId);
            try {
                return layers.adopt(laid.folder(), diffId, laid.size());
            } finally {
                folders.trash.take(folders.stagingFolder, laid.folder());
            }
        }
    }

    private Laid layOut(InputStream in) throws IOException {
        try (in) {
            return layOut(in, null);
        }
    }

    /** @param expected null where the diff id is to be found out */
    private Laid layOut(InputStream raw, @Nullable Digest expected) throws IOException {
        BufferedInputStream in = new BufferedInputStream(raw, BUFFER);
        Compression compression = Compression.of(in);
        // the bytes of a plain tar are summed up with the blob
        boolean summed = expected == null && compression == Compression.NONE;
        MessageDigest sum = expected == null ? Digest.sha256() : expected.newSum();
        String staged = folders.stagingName();
        Files.mkdirat(folders.stagingFolder, staged, 0755);
        boolean done = false;
        try (Descriptor folder = Files.openName(folders.stagingFolder, staged, Files.O_DIRECTORY)) {
            InputStream plain = compression.open(in);
            long size = fill(folder, summed ? plain : new DigestInputStream(plain, sum));
            in.transferTo(OutputStream.nullOutputStream());
            Digest diffId = summed ? null : expected == null ? Digest.of(sum) : check(sum, expected);
            done = true;
            return new Laid(staged, size, compression, diffId);
        } catch (ZipException | ZstdIOException | java.io.EOFException e) {
            throw new ImageException(
                    ImageException.Kind.INVALID, "the tar's compression is damaged: " + e.getMessage(), e);
        } finally {
            if (!done) {
                folders.trash.take(folders.stagingFolder, staged);
            }
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
            InputStream plain = in instanceof BufferedInputStream ? in : new BufferedInputStream(in, BUFFER);
            writer.addAll(new TarReader(plain));
            // what follows the end belongs to the layer's bytes
            drain(plain);
            return writer.size();
        }
    }

    /** Ends the threads that wait for work. */
    @Override
    public void close() {
        workers.shutdown();
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
