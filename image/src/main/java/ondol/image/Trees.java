package ondol.image;

import java.util.List;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.Stat;
import org.jspecify.annotations.Nullable;

/** Whole trees of files. */
final class Trees {
    /** Deeper folders are moved up before they are deleted: each level costs a descriptor. */
    private static final int DEPTH = 200;

    private Trees() {}

    /** Deletes a name and all below it, without following links or crossing mounts; content where there is none. */
    static void delete(Descriptor folder, String name) {
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
