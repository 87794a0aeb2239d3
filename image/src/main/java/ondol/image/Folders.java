package ondol.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicLong;
import ondol.linux.Descriptor;
import ondol.linux.disk.SizedFolder;

/** The folders of a store, all on one filesystem, and its own small files. */
final class Folders implements AutoCloseable {
    final Path root;
    final Path blobs;
    final Path layers;
    final Path snapshots;
    final Path staging;
    /** For what is not done yet. */
    static final String STAGING = "staging";

    final Descriptor rootFolder;
    final Descriptor layersFolder;
    final Descriptor snapshotsFolder;
    final Descriptor stagingFolder;
    final Trash trash;
    /** The machine's present boot ({@code man 4 random}). */
    final String boot;

    private final AtomicLong number = new AtomicLong();

    Folders(Path path) {
        try {
            root = Files.createDirectories(
                            path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
                    .toRealPath();
            blobs = Files.createDirectories(root.resolve("blobs/sha256"));
            layers = Files.createDirectories(root.resolve("layers"));
            snapshots = Files.createDirectories(root.resolve("snapshots"));
            staging = Files.createDirectories(root.resolve(STAGING));
            // image roots hold setuid files and devices: nobody else may reach them
            Files.setPosixFilePermissions(layers, PosixFilePermissions.fromString("rwx------"));
            Files.setPosixFilePermissions(snapshots, PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(layers.resolve(RootLayers.EMPTY));
            Files.createDirectories(layers.resolve(RootLayers.BASE));
            boot = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
            trash = new Trash(Files.createDirectories(root.resolve("trash")));
        } catch (IOException e) {
            throw ImageException.failed("cannot make the image store " + path, e);
        }
        rootFolder = open(root);
        layersFolder = open(layers);
        snapshotsFolder = open(snapshots);
        stagingFolder = open(staging);
        // what a killed import left behind
        for (String name : Trees.names(stagingFolder)) {
            SizedFolder.release(staging.resolve(name).resolve("disk"));
            trash.take(stagingFolder, name);
        }
    }

    private static Descriptor open(Path path) {
        return ondol.linux.Files.open(path.toString(), ondol.linux.Files.O_PATH | ondol.linux.Files.O_DIRECTORY);
    }

    /** A new name for something in the staging folder. */
    String stagingName() {
        return Long.toString(number.incrementAndGet(), 36);
    }

    /** Everything that was written so far is on disk when this returns. */
    void sync() {
        try (Descriptor open = ondol.linux.Files.open(root.toString(), ondol.linux.Files.O_DIRECTORY)) {
            ondol.linux.Files.syncfs(open);
        }
    }

    /** Writes a small file beside and renames it, so that it is there whole or not at all. */
    void write(Path file, byte[] bytes) {
        Path beside = staging.resolve(stagingName());
        try {
            Files.write(beside, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** As {@link #writeWhole}, and on disk under its name when this returns. */
    void writeDurably(Path file, byte[] bytes) {
        writeWhole(file, bytes);
        Path folder = file.getParent();
        if (folder != null) {
            try (Descriptor open = ondol.linux.Files.open(folder.toString(), ondol.linux.Files.O_DIRECTORY)) {
                ondol.linux.Files.fsync(open);
            }
        }
    }

    /** As {@link #write}; after a power cut the name leads to the old bytes or to the new ones, and to nothing else. */
    void writeWhole(Path file, byte[] bytes) {
        Path beside = staging.resolve(stagingName());
        try {
            Files.write(
                    beside, bytes, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    @Override
    public void close() {
        trash.close();
        rootFolder.close();
        layersFolder.close();
        snapshotsFolder.close();
        stagingFolder.close();
    }
}
