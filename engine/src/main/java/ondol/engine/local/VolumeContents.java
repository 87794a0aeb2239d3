package ondol.engine.local;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.file.Path;
import ondol.engine.EngineException;
import ondol.image.Image;
import ondol.image.RootView;
import ondol.image.Tars;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.Stat;

/** What is in a volume when a container first sees it. */
final class VolumeContents {
    private static final int PIPE = 1 << 20;

    private final House house;

    VolumeContents(House house) {
        this.house = house;
    }

    /** An empty volume gets what the image has at the place where it will be mounted, with the folder's owner and mode. */
    void copyUp(Image image, String destination, Path data) {
        try (Descriptor volume = Files.open(data.toString(), Files.O_DIRECTORY)) {
            if (!Files.list(volume).isEmpty()) {
                return;
            }
            try (RootView view = house.images().view(image);
                    Descriptor place = Files.openInRootIfThere(view.root(), destination, Files.O_DIRECTORY)) {
                if (place != null) {
                    copy(place, volume);
                }
            }
        } catch (KernelException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED,
                    "cannot fill the volume for %s: %s".formatted(destination, e.getMessage()),
                    e);
        }
    }

    private void copy(Descriptor from, Descriptor to) {
        try (PipedInputStream in = new PipedInputStream(PIPE);
                PipedOutputStream out = new PipedOutputStream(in)) {
            var written = house.workers().submit(() -> {
                try (out) {
                    Tars.write(from, ".", ".", out);
                }
                return null;
            });
            Tars.extract(in, to, "/", false, true);
            written.get();
        } catch (IOException | java.util.concurrent.ExecutionException e) {
            throw new EngineException(EngineException.Kind.FAILED, "cannot fill the volume: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException(EngineException.Kind.FAILED, "interrupted while filling a volume", e);
        }
        Stat folder = Files.fstat(from);
        Files.fchownat(to, "", folder.uid(), folder.gid());
        Files.fchmod(to, folder.mode() & 07777);
    }

    /** A folder in a volume, made where it is missing, with no way out of the volume. */
    Path beneath(Path data, String subpath) {
        try (Descriptor volume = Files.open(data.toString(), Files.O_PATH | Files.O_DIRECTORY);
                Descriptor folder = Files.openBeneath(volume, subpath, Files.O_PATH, 0)) {
            return java.nio.file.Files.readSymbolicLink(Path.of(folder.path()));
        } catch (KernelException | IOException e) {
            throw EngineException.invalid("cannot access volume subpath '%s': %s".formatted(subpath, e.getMessage()));
        }
    }
}
