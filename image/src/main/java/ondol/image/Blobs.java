package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import org.jspecify.annotations.Nullable;

/** The contents of an OCI image layout: files named after their sha256. */
final class Blobs {
    private final Folders folders;

    Blobs(Folders folders) {
        this.folders = folders;
    }

    Path path(Digest digest) {
        if (!digest.algorithm().equals("sha256")) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED, "contents named by %s are not kept".formatted(digest.algorithm()));
        }
        return folders.blobs.resolve(digest.hex());
    }

    boolean has(Digest digest) {
        return Files.exists(path(digest));
    }

    /** Bytes of a content; -1 where it is not there. */
    long size(Digest digest) {
        try {
            return Files.size(path(digest));
        } catch (NoSuchFileException e) {
            return -1;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + digest, e);
        }
    }

    /** A small content, checked against its digest. */
    byte[] read(Digest digest, int limit) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path(digest))) {
            bytes = in.readNBytes(limit + 1);
        }
        if (bytes.length > limit) {
            throw new IOException("%s has more than %d bytes".formatted(digest, limit));
        }
        if (!Digest.of(bytes).equals(digest)) {
            throw new IOException("the content of %s is another".formatted(digest));
        }
        return bytes;
    }

    InputStream open(Digest digest) throws IOException {
        return Files.newInputStream(path(digest));
    }

    /** Whether a content has the bytes that its digest says. */
    boolean isWhole(Digest digest) throws IOException {
        MessageDigest sum = Digest.sha256();
        try (InputStream in = open(digest)) {
            new java.security.DigestInputStream(in, sum).transferTo(OutputStream.nullOutputStream());
        }
        return Digest.of(sum).equals(digest);
    }

    Descriptor write(String mediaType, byte[] bytes) {
        Digest digest = Digest.of(bytes);
        Path file = path(digest);
        if (!Files.exists(file)) {
            folders.write(file, bytes);
        }
        return Descriptor.of(mediaType, digest, bytes.length);
    }

    /** As {@link #write}; on disk under its name when this returns, and so are the names of all others. */
    Descriptor writeDurably(String mediaType, byte[] bytes) {
        Digest digest = Digest.of(bytes);
        folders.writeDurably(path(digest), bytes);
        return Descriptor.of(mediaType, digest, bytes.length);
    }

    /** The bytes of a content are on disk when this returns. */
    void force(Digest digest) throws IOException {
        try (FileChannel file = FileChannel.open(path(digest), StandardOpenOption.WRITE)) {
            file.force(true);
        }
    }

    /** Deletes all that is not among these digits of sha256. */
    void keepOnly(Set<String> hex) {
        try (var files = Files.list(folders.blobs)) {
            List<Path> gone = files.filter(file -> !hex.contains(String.valueOf(file.getFileName())))
                    .toList();
            for (Path file : gone) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete blobs", e);
        }
    }

    /** A content of unknown digest that is being written. */
    Staged stage() throws IOException {
        return new Staged(Digest.sha256());
    }

    /** A content that someone else sums up while it is written, and says so by {@link Staged#summed}. */
    Staged stageUnsummed() throws IOException {
        return new Staged(null);
    }

    final class Staged extends OutputStream {
        private final Path file = folders.staging.resolve(folders.stagingName());
        private final OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
        private final @Nullable MessageDigest sum;
        private long size;
        private @Nullable Digest digest;

        private Staged(@Nullable MessageDigest sum) throws IOException {
            this.sum = sum;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            if (sum != null) {
                sum.update(bytes, offset, length);
            }
            size += length;
        }

        /** Says what all of it sums up to. */
        void summed(Digest all) {
            digest = all;
        }

        /** The digest of all; nothing is written afterwards. */
        Digest digest() {
            Digest known = digest;
            if (known == null) {
                known = Digest.of(java.util.Objects.requireNonNull(sum, "nobody has summed it up"));
                digest = known;
            }
            return known;
        }

        /** Gives the content its name. */
        Descriptor commit(String mediaType) throws IOException {
            out.close();
            Digest digest = digest();
            Path named = path(digest);
            // what is there may be on disk already, as this is not
            if (!Files.exists(named)) {
                Files.move(file, named, StandardCopyOption.ATOMIC_MOVE);
            }
            return Descriptor.of(mediaType, digest, size);
        }

        /** Drops what was not committed. */
        @Override
        public void close() throws IOException {
            out.close();
            Files.deleteIfExists(file);
        }
    }
}
