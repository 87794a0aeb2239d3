package ondol.image;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Stat;
import ondol.linux.Xattr;
import org.jspecify.annotations.Nullable;

/** What an overlay's upper folder changes of the layers below it, as {@code docker diff} tells it. */
public final class Changes {
    private static final String CAPABILITY = "security.capability";

    private final List<Change> changes = new ArrayList<>();

    private final boolean whole;

    /** @param whole the upper folder is not a layer but all that there is */
    private Changes(boolean whole) {
        this.whole = whole;
    }

    /** The changes of a container's writable layer, sorted by path. It may be in use. */
    public static List<Change> of(Snapshot snapshot) {
        try (RootView below = RootView.open(snapshot.layers());
                Descriptor upper = Files.open(upper(snapshot).toString(), Files.O_PATH | Files.O_DIRECTORY)) {
            return new Changes(snapshot.copy() != null).all(upper, below.root());
        }
    }

    /**
     * The changes, sorted by path: what is added and deleted, what differs in owner, mode, contents' time or size, and the
     * folders above these.
     */
    public static List<Change> between(Descriptor upper, Descriptor below) {
        return new Changes(false).all(upper, below);
    }

    private List<Change> all(Descriptor upper, Descriptor below) {
        folder("", upper, below, whole);
        changes.sort(Comparator.comparing(Change::path));
        return List.copyOf(changes);
    }

    private static Path upper(Snapshot snapshot) {
        return snapshot.copy() == null ? snapshot.upper() : snapshot.copy();
    }

    /** @param hidden whether the folder replaces the lower one instead of being merged with it */
    private void folder(String path, Descriptor upper, @Nullable Descriptor below, boolean hidden) {
        List<String> names = Trees.names(upper);
        for (String name : names) {
            Stat now = Files.lstatIfThere(upper, name);
            if (now != null) {
                entry(path + "/" + name, upper, below, name, now);
            }
        }
        if (hidden && below != null) {
            for (String name : Trees.names(below)) {
                if (!names.contains(name)) {
                    changes.add(new Change(Change.Kind.DELETED, path + "/" + name));
                }
            }
        }
    }

    private void entry(String path, Descriptor upper, @Nullable Descriptor below, String name, Stat now) {
        Stat before = Trees.lstat(below, name);
        if (now.isWhiteout()) {
            if (before != null) {
                changes.add(new Change(Change.Kind.DELETED, path));
            }
            return;
        }
        if (before == null) {
            changes.add(new Change(Change.Kind.ADDED, path));
        }
        int inside = changes.size();
        if (now.isFolder()) {
            folder(path, upper, before != null && before.isFolder() ? below : null, name);
        }
        if (before != null
                && below != null
                && (changes.size() > inside || differs(before, now) || !sameCapability(upper, below, name, now))) {
            changes.add(new Change(Change.Kind.MODIFIED, path));
        }
    }

    private void folder(String path, Descriptor upper, @Nullable Descriptor below, String name) {
        try (Descriptor folder = Files.openName(upper, name, Files.O_DIRECTORY)) {
            if (below == null) {
                folder(path, folder, null, false);
            } else {
                try (Descriptor other = Files.openName(below, name, Files.O_PATH | Files.O_DIRECTORY)) {
                    folder(path, folder, other, whole || Overlays.isOpaque(folder));
                }
            }
        }
    }

    private static boolean differs(Stat before, Stat now) {
        boolean time = before.seconds() != now.seconds() || before.nanoseconds() != now.nanoseconds();
        return before.mode() != now.mode()
                || before.uid() != now.uid()
                || before.gid() != now.gid()
                || before.major() != now.major()
                || before.minor() != now.minor()
                || (!now.isFolder() && (time || before.size() != now.size()));
    }

    private static boolean sameCapability(Descriptor upper, Descriptor below, String name, Stat now) {
        return !now.isRegular()
                || Objects.deepEquals(Xattr.get(upper, name, CAPABILITY), Xattr.get(below, name, CAPABILITY));
    }
}
