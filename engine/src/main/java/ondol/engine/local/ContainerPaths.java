package ondol.engine.local;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import ondol.engine.Containers.PathStat;
import ondol.engine.EngineException;
import ondol.image.RootView;
import ondol.image.Snapshot;
import ondol.image.Tars;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Files in a container, for {@code cp}. The kernel resolves every path beneath the container's root ({@code man 2
 * openat2}, RESOLVE_IN_ROOT), so that no link of the container leads out, also where it is changed meanwhile.
 */
final class ContainerPaths {
    private static final long GO_DIRECTORY = 1L << 31;
    private static final long GO_SYMLINK = 1L << 27;
    private static final long GO_DEVICE = 1L << 26;
    private static final long GO_PIPE = 1L << 25;
    private static final long GO_SOCKET = 1L << 24;
    private static final long GO_CHARACTER = 1L << 21;

    private final House house;

    ContainerPaths(House house) {
        this.house = house;
    }

    PathStat stat(Container container, String path) {
        return atParent(container, path, (folder, name) -> describe(folder, name, path));
    }

    PathStat copyOut(Container container, String path, OutputStream tar) {
        return atParent(container, path, (folder, name) -> {
            PathStat stat = describe(folder, name, path);
            LocalImages.translate(() -> {
                Tars.write(folder, name, stat.name(), tar, firstId(container));
                return true;
            });
            return stat;
        });
    }

    void copyIn(Container container, String path, InputStream tar, boolean noOverwriteDirNonDir, boolean keepOwners) {
        if (Boolean.TRUE.equals(container.record().host().readonlyRootfs())) {
            throw EngineException.invalid("container rootfs is marked read-only");
        }
        withRoot(
                container,
                true,
                root -> LocalImages.translate(() -> UserRanges.as(firstId(container), () -> {
                    Tars.extract(tar, root, path, noOverwriteDirNonDir, keepOwners, firstId(container));
                    return true;
                })));
    }

    /** While it runs, its files are seen with the owners that they have on the machine; else as on disk. */
    private static long firstId(Container container) {
        Long first = container.record().firstId();
        return first == null || !container.running() ? 0 : first;
    }

    private interface AtParent<T> {
        T apply(Descriptor folder, String name);
    }

    private interface InRoot<T> {
        T apply(Descriptor root);
    }

    /** Opens the folder above a path; the last name itself is not followed, unless the path ends in a slash. */
    private <T> T atParent(Container container, String path, AtParent<T> action) {
        String clean = path.replaceAll("/+", "/");
        boolean folderItself = clean.endsWith("/") || clean.endsWith("/.");
        String trimmed = clean.replaceAll("(/\\.?)+$", "");
        int slash = trimmed.lastIndexOf('/');
        String parent = folderItself ? trimmed : trimmed.substring(0, Math.max(0, slash));
        String name = folderItself || trimmed.isEmpty() ? "." : trimmed.substring(slash + 1);
        return withRoot(container, false, root -> {
            try (Descriptor folder =
                    Files.openInRoot(root, parent.isEmpty() ? "/" : parent, Files.O_PATH | Files.O_DIRECTORY, 0)) {
                return action.apply(folder, name);
            }
        });
    }

    private <T> T withRoot(Container container, boolean write, InRoot<T> action) {
        try {
            int pid = container.running() ? container.record().pid() : 0;
            if (pid != 0) {
                try (Descriptor root = Files.open("/proc/" + pid + "/root", Files.O_PATH | Files.O_DIRECTORY)) {
                    return action.apply(root);
                }
            }
            Snapshot snapshot = house.snapshots().open(container.id());
            try (RootView view = write ? RootView.openWritable(snapshot) : RootView.open(snapshot)) {
                return action.apply(view.root());
            }
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ENAMETOOLONG) {
                throw EngineException.notFound("Could not find the file %s in container %s"
                        .formatted(e.arguments(), container.record().name()));
            }
            throw new EngineException(EngineException.Kind.FAILED, e.getMessage(), e);
        }
    }

    private static PathStat describe(Descriptor folder, String name, String path) {
        Stat stat;
        try {
            stat = Files.lstat(folder, name);
        } catch (KernelException e) {
            throw new KernelException(e.call(), path, e.errno());
        }
        boolean link = stat.isSymlink();
        @Nullable String target = link ? Files.readlinkat(folder, name) : "";
        String last = path.replaceAll("/+$", "");
        String shown = last.isEmpty() ? "/" : last.substring(last.lastIndexOf('/') + 1);
        return new PathStat(
                shown,
                stat.size(),
                goMode(stat.mode()),
                Instant.ofEpochSecond(stat.seconds(), stat.nanoseconds()),
                target);
    }

    /** A mode as Go's os.FileMode has it: the type in high bits of its own. */
    private static long goMode(int mode) {
        long type = switch (mode & Files.S_IFMT) {
            case Files.S_IFDIR -> GO_DIRECTORY;
            case Files.S_IFLNK -> GO_SYMLINK;
            case Files.S_IFBLK -> GO_DEVICE;
            case Files.S_IFCHR -> GO_DEVICE | GO_CHARACTER;
            case Files.S_IFIFO -> GO_PIPE;
            case Files.S_IFSOCK -> GO_SOCKET;
            default -> 0;
        };
        long special = ((mode & 04000) != 0 ? 1L << 23 : 0)
                | ((mode & 02000) != 0 ? 1L << 22 : 0)
                | ((mode & 01000) != 0 ? 1L << 20 : 0);
        return type | special | (mode & 0777);
    }
}
