package ondol.linux.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A folder that holds no more than it may: by a project quota where the filesystem has those, otherwise as a filesystem of
 * that size in the file {@code NAME.img} beside it. What is full answers ENOSPC or EDQUOT to whoever writes there, and to
 * nobody else.
 *
 * <p>Nothing else is kept of it: the kernel knows a folder's project, and the file shows that it is to be mounted.
 */
public final class SizedFolder {
    /** Less than this is no filesystem worth having. */
    public static final long LEAST_IMAGE = 8 << 20;

    /** Where our projects begin: other programs count theirs from 1. The next 14 bits are an engine's. */
    private static final int PROJECTS = 0x40000000;

    private static final int PER_ENGINE = 0x10000;

    private SizedFolder() {}

    /**
     * The first project of an engine's own range, by its data folder: two engines on one filesystem do not meet, but by an
     * accident of one in ten thousand, and then only until one of them looks which are taken.
     */
    private static int first(Path data) {
        return PROJECTS | (data.toString().hashCode() & 0x3fff) << 16;
    }

    /**
     * Makes the folder, which must not be there.
     *
     * @param data the engine's data folder, on the same filesystem
     * @param bytes what it may hold; of an image, the filesystem's own tables are part of it
     * @throws IOException with a sentence, where this machine cannot
     */
    public static synchronized void make(Path folder, Path data, long bytes) throws IOException {
        Path parent = folder.resolve("..").normalize();
        if (ProjectQuota.isHere(parent)) {
            Files.createDirectory(folder);
            ProjectQuota.limit(folder, free(parent, first(data)), bytes);
            return;
        }
        if (bytes < LEAST_IMAGE) {
            throw new IOException("a size of %d bytes is too little here; say at least 8m".formatted(bytes));
        }
        if (DiskImage.maker().isEmpty()) {
            throw new IOException(
                    ("the filesystem of %s has no project quotas (mount option prjquota), and mkfs.ext4, which"
                                    + " would make one of that size, is not installed (package e2fsprogs)")
                            .formatted(parent));
        }
        Path image = image(folder);
        try {
            DiskImage.make(image, bytes);
            Files.createDirectory(folder);
            DiskImage.mount(image, folder);
            Files.deleteIfExists(folder.resolve("lost+found")); // a new volume is empty
        } catch (IOException | RuntimeException e) {
            DiskImage.unmount(folder);
            Files.deleteIfExists(image);
            Files.deleteIfExists(folder);
            throw e;
        }
    }

    /**
     * The project of a folder that others are to be counted with; one is chosen where it has none. The kernel keeps which.
     *
     * @param data whose range the project is of, on the same filesystem
     */
    public static synchronized int project(Path folder, Path data) throws IOException {
        int known = ProjectQuota.projectOf(folder);
        if (known >= PROJECTS) {
            return known;
        }
        int project = free(folder, first(data));
        ProjectQuota.assign(folder, project);
        return project;
    }

    private static int free(Path parent, int first) throws IOException {
        Set<Integer> taken = new HashSet<>(ProjectQuota.known(parent, first, first + PER_ENGINE - 1));
        for (int project = first; project < first + PER_ENGINE; project++) {
            if (!taken.contains(project)) {
                return project;
            }
        }
        throw new IOException("no more than %d folders with a quota".formatted(PER_ENGINE));
    }

    private static Path image(Path folder) {
        return folder.resolveSibling(folder.getFileName() + ".img");
    }

    /** Makes its files be there, as after a restart of the machine; content for any other folder. */
    public static void open(Path folder) {
        Path image = image(folder);
        if (Files.exists(image)) {
            DiskImage.mount(image, folder);
        }
    }

    /** Lets go of it, so that it can be deleted, or opened again; files that somebody uses stay usable. */
    public static void close(Path folder) {
        if (Files.exists(image(folder))) {
            DiskImage.unmount(folder);
        }
    }

    /** Lets go of it for good: its files are about to be deleted. */
    public static void release(Path folder) {
        close(folder);
        int project = Files.isDirectory(folder) ? ProjectQuota.projectOf(folder) : 0;
        if (project >= PROJECTS) {
            ProjectQuota.release(folder, project);
        }
    }

    /** Forgets the limits of projects that no folder has any more: an engine was killed at making one. */
    public static void forgetOthers(Path data, Collection<Path> folders) {
        int first = first(data);
        List<Integer> known = ProjectQuota.known(data, first, first + PER_ENGINE - 1);
        if (known.isEmpty()) {
            return;
        }
        Set<Integer> used = new HashSet<>();
        folders.forEach(folder -> used.add(ProjectQuota.projectOf(folder)));
        for (int project : known) {
            if (!used.contains(project)) {
                ProjectQuota.release(data, project);
            }
        }
    }
}
