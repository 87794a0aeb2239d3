package ondol.image;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Names;
import ondol.linux.Stat;
import ondol.linux.Xattr;
import org.jspecify.annotations.Nullable;

/** What an overlay's upper folder changes of the layers below it, as {@code docker diff} tells it. */
public final class Changes {
    private static final String CAPABILITY = "security.capability";

    private final List<Change> changes = new ArrayList<>();
    private final WalkedFolders upper;
    private final WalkedFolders below;
    private final boolean whole;

    /** @param whole the upper folder is not a layer but all that there is */
    private Changes(WalkedFolders upper, WalkedFolders below, boolean whole) {
        this.upper = upper;
        this.below = below;
        this.whole = whole;
    }

    /**
     * A folder that is walked through.
     *
     * @param rest of the names, those that were not looked at yet
     * @param merged whether there is such a folder below too
     * @param hidden whether it replaces the lower one instead of being merged with it
     * @param before the lower one, or what is there instead of it
     * @param now itself; null for the top
     * @param outside how many changes there were before those in it
     */
    private record Level(
            String path,
            List<String> names,
            Iterator<String> rest,
            boolean merged,
            boolean hidden,
            @Nullable Stat before,
            @Nullable Stat now,
            int outside) {}

    /** The changes of a container's writable layer, sorted by path. It may be in use. */
    public static List<Change> of(Snapshot snapshot) {
        try (RootView below = RootView.open(snapshot.layers());
                Descriptor upper = Files.open(upper(snapshot).toString(), Files.O_PATH | Files.O_DIRECTORY)) {
            return between(upper, below.root(), snapshot.copy() != null);
        }
    }

    /**
     * The changes, sorted by path: what is added and deleted, what differs in owner, mode, contents' time or size, and the
     * folders above these.
     *
     * @throws ImageException UNSUPPORTED where something lies deeper than a path can name
     */
    public static List<Change> between(Descriptor upper, Descriptor below) {
        return between(upper, below, false);
    }

    private static List<Change> between(Descriptor top, Descriptor belowTop, boolean whole) {
        try (WalkedFolders upper = new WalkedFolders(top, WalkedFolders.READ);
                WalkedFolders below = new WalkedFolders(belowTop, WalkedFolders.LOOK)) {
            return new Changes(upper, below, whole).all();
        }
    }

    private static Path upper(Snapshot snapshot) {
        return snapshot.copy() == null ? snapshot.upper() : snapshot.copy();
    }

    private List<Change> all() {
        Deque<Level> levels = new ArrayDeque<>();
        levels.push(level("", true, whole, null, null));
        while (!levels.isEmpty()) {
            Level level = levels.element();
            if (level.rest.hasNext()) {
                Level inside = entry(level, level.rest.next());
                if (inside != null) {
                    levels.push(inside);
                }
            } else {
                end(levels.pop());
            }
        }
        changes.sort(Comparator.comparing(Change::path));
        return List.copyOf(changes);
    }

    private Level level(String path, boolean merged, boolean hidden, @Nullable Stat before, @Nullable Stat now) {
        List<String> names = Trees.names(upper.here());
        return new Level(path, names, names.iterator(), merged, hidden, before, now, changes.size());
    }

    /** @return the folder that it is and that was entered, or null */
    private @Nullable Level entry(Level level, String name) {
        Stat now = Files.lstatIfThere(upper.here(), name);
        if (now == null) {
            return null;
        }
        String path = level.path + "/" + name;
        Stat before = level.merged ? Files.lstatIfThere(below.here(), name) : null;
        if (now.isWhiteout()) {
            if (before != null) {
                changes.add(new Change(Change.Kind.DELETED, path));
            }
            return null;
        }
        if (before == null) {
            changes.add(new Change(Change.Kind.ADDED, path));
        }
        if (now.isFolder()) {
            return enter(path, name, before, now);
        }
        if (before != null && (differs(before, now) || !sameCapability(upper.here(), below.here(), name, now))) {
            changes.add(new Change(Change.Kind.MODIFIED, path));
        }
        return null;
    }

    private Level enter(String path, String name, @Nullable Stat before, Stat now) {
        if (Names.encode(path).length > Files.PATH_MAX) { // it begins with a slash
            throw TreeReader.tooDeep(path.substring(1));
        }
        boolean merged = before != null && before.isFolder();
        upper.enter(name);
        if (merged) {
            below.enter(name);
        }
        return level(path, merged, merged && (whole || Overlays.isOpaque(upper.here())), before, now);
    }

    private void end(Level level) {
        if (level.hidden) {
            for (String name : Trees.names(below.here())) {
                if (!level.names.contains(name)) {
                    changes.add(new Change(Change.Kind.DELETED, level.path + "/" + name));
                }
            }
        }
        if (level.now == null) {
            return;
        }
        upper.leave();
        if (level.merged) {
            below.leave();
        }
        if (level.before != null && (changes.size() > level.outside || differs(level.before, level.now))) {
            changes.add(new Change(Change.Kind.MODIFIED, level.path));
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
