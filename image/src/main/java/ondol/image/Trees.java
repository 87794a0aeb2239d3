package ondol.image;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.Stat;
import org.jspecify.annotations.Nullable;

/** Whole trees of files, however deep. */
public final class Trees {
    /** Deeper folders are moved up before they are deleted: each level costs a descriptor. */
    private static final int DEPTH = 200;

    /** Of a path that the kernel is given at once, in characters; {@code PATH_MAX} is 4096 bytes. */
    private static final int AT_ONCE = 1000;

    private static final int LONGEST = 64 << 10;

    private static final Set<Errno> GONE = EnumSet.of(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EXDEV);

    private Trees() {}

    /** Deletes a name and all below it, without following links or crossing mounts; content where there is none. */
    public static void delete(Descriptor folder, String name) {
        Stat stat = Files.lstatIfThere(folder, name);
        if (stat == null) {
            return;
        }
        if (!stat.isFolder()) {
            Files.unlinkat(folder, name, 0);
            return;
        }
        try (Descriptor top = Files.openName(folder, name, Files.O_DIRECTORY)) {
            int moved = 0;
            do {
                moved = empty(top, top, 0, moved);
            } while (!emptied(top));
        }
        Files.unlinkat(folder, name, Files.AT_REMOVEDIR);
    }

    private static boolean emptied(Descriptor top) {
        try (Descriptor again = Files.openName(top, ".", Files.O_DIRECTORY)) {
            return Files.list(again).isEmpty();
        }
    }

    private static int empty(Descriptor top, Descriptor folder, int depth, int movedBefore) {
        int moved = movedBefore;
        try (Descriptor listing = Files.openName(folder, ".", Files.O_DIRECTORY)) {
            for (String name : Files.list(listing)) {
                if (unlinked(folder, name)) {
                    continue;
                }
                if (depth >= DEPTH) {
                    Files.renameat2(folder, name, top, ".deep-" + moved++, 0);
                    continue;
                }
                try (Descriptor child = Files.openName(folder, name, Files.O_DIRECTORY)) {
                    moved = empty(top, child, depth + 1, moved);
                }
                Files.unlinkat(folder, name, Files.AT_REMOVEDIR);
            }
        }
        return moved;
    }

    private static boolean unlinked(Descriptor folder, String name) {
        try {
            Files.unlinkat(folder, name, 0);
            return true;
        } catch (KernelException e) {
            if (e.errno() == Errno.EISDIR) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Bytes of the files below a folder, of those with several names once. A container may change it meanwhile, and may have
     * made it as deep as it likes: that costs neither descriptors nor stack. What has a path of more than 64 KiB does not count.
     */
    public static long size(Descriptor top) {
        Set<Long> seen = new HashSet<>();
        Deque<String> ahead = new ArrayDeque<>(List.of("."));
        long size = 0;
        while (!ahead.isEmpty()) {
            String path = ahead.pop();
            try (Descriptor folder = openIfThere(top, path)) {
                for (String name : folder == null ? List.<String>of() : names(folder)) {
                    Stat stat = lstat(folder, name);
                    if (stat != null && stat.isFolder()) {
                        if (path.length() < LONGEST) {
                            ahead.push(path + "/" + name);
                        }
                    } else if (stat != null && (stat.links() < 2 || seen.add(stat.inode()))) {
                        size += stat.size();
                    }
                }
            }
        }
        return size;
    }

    private static @Nullable Descriptor openIfThere(Descriptor top, String path) {
        try {
            return open(
                    top, path, (above, part) -> Files.openBeneath(above, part, Files.O_PATH | Files.O_DIRECTORY, 0));
        } catch (KernelException e) {
            if (GONE.contains(e.errno())) {
                return null;
            }
            throw e;
        }
    }

    /** Opens a folder below another, by a path that may be longer than the kernel takes at once. */
    static Descriptor open(Descriptor top, String path, WalkedFolders.Opening opening) {
        Descriptor at = top;
        for (int from = 0; ; ) {
            int to = path.length() - from <= AT_ONCE ? path.length() : path.lastIndexOf('/', from + AT_ONCE);
            Descriptor above = at;
            try {
                at = opening.open(above, path.substring(from, to));
            } finally {
                if (above != top) {
                    above.close();
                }
            }
            if (to == path.length()) {
                return at;
            }
            from = to + 1;
        }
    }

    /** The names in a folder that may be open with O_PATH, sorted. */
    static List<String> names(Descriptor folder) {
        try (Descriptor listing = Files.openName(folder, ".", Files.O_DIRECTORY)) {
            List<String> names = Files.list(listing);
            names.sort(null);
            return names;
        }
    }

    /** As {@link Files#lstatIfThere}; null too where the folder itself is null. */
    static @Nullable Stat lstat(@Nullable Descriptor folder, String name) {
        return folder == null ? null : Files.lstatIfThere(folder, name);
    }
}
