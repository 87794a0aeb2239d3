package ondol.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;

/** Contents of images that are not whole yet, {@code blobs/partial/HEX}: what a further attempt need not fetch again. */
final class Partials {
    private static final Duration KEPT = Duration.ofDays(1);

    private final Path folder;

    Partials(Folders folders) {
        try {
            folder = Files.createDirectories(folders.root.resolve("blobs/partial"));
        } catch (IOException e) {
            throw ImageException.failed("cannot make the folder of partial blobs", e);
        }
    }

    Path path(Digest digest) {
        if (!digest.algorithm().equals("sha256")) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED, "contents named by %s are not kept".formatted(digest.algorithm()));
        }
        return folder.resolve(digest.hex());
    }

    /** Gives contents that are whole their place in the layout. */
    void promote(List<Descriptor> contents, Blobs blobs) throws IOException {
        for (Descriptor content : contents) {
            Digest digest = Digest.parse(content.digest());
            synchronized (this) {
                if (!blobs.has(digest)) {
                    Files.move(path(digest), blobs.path(digest), StandardCopyOption.ATOMIC_MOVE);
                } else {
                    Files.deleteIfExists(path(digest));
                }
            }
        }
    }

    /** Deletes what nobody asked for since yesterday. */
    void deleteOld() {
        Instant oldest = Instant.now().minus(KEPT);
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(oldest)) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete old partial blobs", e);
        }
    }
}
