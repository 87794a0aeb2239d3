package ondol.image;

import java.util.ArrayList;
import java.util.List;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import org.jspecify.annotations.Nullable;

/**
 * Where a walk through a tree is: the folders from the top one down to the present one. A container may have made its tree
 * as deep as it likes, so only some of them are open; the others are opened once more, by their names, when the walk comes
 * back to them. Used by one thread.
 */
final class WalkedFolders implements AutoCloseable {
    private static final int MOST_OPEN = 64;

    /** How a folder is opened: by its name, or by the names on the way to it. */
    interface Opening {
        Descriptor open(Descriptor above, String path);
    }

    /** For reading; links and mounts are not followed. */
    static final Opening READ = (above, path) -> Files.openName(above, path, Files.O_DIRECTORY);

    /** As {@link #READ}, only for what is in it ({@code O_PATH}). */
    static final Opening LOOK = (above, path) -> Files.openName(above, path, Files.O_PATH | Files.O_DIRECTORY);

    private final Descriptor top;
    private final Opening opening;
    private final List<String> names = new ArrayList<>();
    /** Beside the names; those that are not null are next to each other. */
    private final List<@Nullable Descriptor> open = new ArrayList<>();

    private int highestOpen;

    /** @param top stays the caller's to close */
    WalkedFolders(Descriptor top, Opening opening) {
        this.top = top;
        this.opening = opening;
    }

    /** The present folder, open until the walk leaves it or is {@value #MOST_OPEN} folders below. */
    Descriptor here() {
        int depth = names.size();
        if (depth == 0) {
            return top;
        }
        Descriptor known = open.get(depth - 1);
        return known == null ? reopened(depth) : known;
    }

    /** Opens those above as well, so that the walk's way up costs one long path for each half of what may be open. */
    private Descriptor reopened(int depth) {
        int first = Math.max(0, depth - MOST_OPEN / 2);
        highestOpen = first;
        Descriptor at = Trees.open(top, String.join("/", names.subList(0, first + 1)), opening);
        open.set(first, at);
        for (int i = first + 1; i < depth; i++) {
            at = opening.open(at, names.get(i));
            open.set(i, at);
        }
        return at;
    }

    /** Goes into a folder of the present one. */
    void enter(String name) {
        Descriptor entered = opening.open(here(), name);
        names.add(name);
        open.add(entered);
        highestOpen = Math.min(highestOpen, names.size() - 1);
        if (names.size() - highestOpen > MOST_OPEN) {
            close(highestOpen++);
        }
    }

    /** Goes back to the folder above. */
    void leave() {
        int last = names.size() - 1;
        close(last);
        names.remove(last);
        open.remove(last);
    }

    /** The names from the top one down to the present one, each followed by a slash. */
    String path() {
        return names.isEmpty() ? "" : String.join("/", names) + "/";
    }

    private void close(int index) {
        Descriptor folder = open.set(index, null);
        if (folder != null) {
            folder.close();
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < open.size(); i++) {
            close(i);
        }
    }
}
