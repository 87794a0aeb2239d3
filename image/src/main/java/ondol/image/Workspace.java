package ondol.image;

import java.nio.file.Path;
import java.util.function.Predicate;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Stat;

/**
 * A folder below the store for what is being worked on, such as what a client sent for a build: on the disk, whatever its
 * size, reached by nobody else, and gone when this is closed or, where the engine is killed, at the next start.
 */
public final class Workspace implements AutoCloseable {
    private final Folders folders;
    private final String name;
    private final Descriptor root;

    Workspace(Folders folders) {
        this.folders = folders;
        this.name = "work-" + folders.stagingName();
        Files.mkdirat(folders.stagingFolder, name, 0700);
        this.root = Files.openName(folders.stagingFolder, name, Files.O_PATH | Files.O_DIRECTORY);
    }

    /** The folder, open with O_PATH. It belongs to this. */
    public Descriptor root() {
        return root;
    }

    /** Where it lies. */
    public Path path() {
        return folders.staging.resolve(name);
    }

    /**
     * Deletes files by their paths.
     *
     * @param within whether a folder that goes may hold files that stay
     */
    public void drop(Predicate<String> going, boolean within) {
        drop(root, "", going, within);
    }

    private static void drop(Descriptor folder, String path, Predicate<String> going, boolean within) {
        for (String child : Trees.names(folder)) {
            String whole = path.isEmpty() ? child : path + "/" + child;
            boolean goes = going.test(whole);
            Stat stat = Files.lstatIfThere(folder, child);
            if (stat != null && stat.isFolder() && (!goes || within)) {
                try (Descriptor open = Files.openName(folder, child, Files.O_PATH | Files.O_DIRECTORY)) {
                    drop(open, whole, going, within);
                    goes &= Trees.names(open).isEmpty();
                }
            }
            if (goes) {
                Trees.delete(folder, child);
            }
        }
    }

    @Override
    public void close() {
        root.close();
        folders.trash.take(folders.stagingFolder, name);
    }
}
