package ondol.linux.disk;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.Mounts;
import org.jspecify.annotations.Nullable;

/**
 * A filesystem of a fixed size in a file: ext4, made by {@code mkfs.ext4} and mounted through a loop device. The file is
 * sparse: it takes the space of what is in it, and gives it back as files are deleted ({@code discard}).
 *
 * <p>Running a program is the exception of this house ({@code docs/limits.md}): making a filesystem is on no path that is
 * fast, and nobody should write another mkfs.
 */
public final class DiskImage {
    private static final List<Path> MKFS = List.of(Path.of("/usr/sbin/mkfs.ext4"), Path.of("/sbin/mkfs.ext4"));
    private static final int PATIENCE = 60;

    private DiskImage() {}

    /** What makes filesystems here; empty where nothing does. */
    public static Optional<Path> maker() {
        return MKFS.stream().filter(Files::isExecutable).findFirst();
    }

    /**
     * Makes the file.
     *
     * @param bytes how big the filesystem is, its own tables among it; at least a few megabytes
     * @throws IOException with what mkfs said
     */
    public static void make(Path file, long bytes) throws IOException {
        Path mkfs = maker().orElseThrow(() -> new IOException("mkfs.ext4 is not installed"));
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(bytes);
        }
        Process process = new ProcessBuilder(
                        mkfs.toString(), "-q", "-F", "-m", "0", "-E", "nodiscard,root_owner=0:0", file.toString())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(mkfs + " does not end");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException(mkfs + " was interrupted", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(mkfs + " " + file + ": " + words);
        }
    }

    /**
     * Mounts it, where that has not been done in this mount namespace. A device that has the file already is used again:
     * the same file through two devices would be two filesystems that write over each other.
     */
    public static void mount(Path file, Path folder) {
        if (isMounted(folder)) {
            return;
        }
        try {
            Optional<String> there = LoopDevice.of(file);
            if (there.isPresent()) {
                mount(there.get(), folder);
                return;
            }
            try (LoopDevice.Attached attached = LoopDevice.attachFor(file, true)) {
                mount(attached.path(), folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look for the loop device of " + file, e);
        }
    }

    private static void mount(String device, Path folder) {
        Mounts.mount(device, folder.toString(), "ext4", Mounts.MS_RELATIME, "discard");
    }

    /** Unmounts it; who has files open there keeps them. Content where it is not mounted. */
    public static void unmount(Path folder) {
        if (isMounted(folder)) {
            try {
                Mounts.umount2(folder.toString(), Mounts.MNT_DETACH | Mounts.UMOUNT_NOFOLLOW);
            } catch (KernelException e) {
                if (e.errno() != Errno.EINVAL) { // somebody else did
                    throw e;
                }
            }
        }
    }

    /** Whether something is mounted on a folder: it is on another device than the folder that it is in. */
    public static boolean isMounted(Path folder) {
        Long own = device(folder);
        Long above = device(folder.toAbsolutePath().getParent());
        return own != null && above != null && !own.equals(above);
    }

    private static @Nullable Long device(@Nullable Path folder) {
        if (folder == null || !Files.isDirectory(folder)) {
            return null;
        }
        try (Descriptor open =
                ondol.linux.Files.open(folder.toString(), ondol.linux.Files.O_PATH | ondol.linux.Files.O_DIRECTORY)) {
            return ondol.linux.Files.fstat(open).device();
        }
    }
}
