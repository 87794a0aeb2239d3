package ondol.image;

import java.nio.file.Path;
import java.util.List;

/**
 * The read-only layers of a root, as {@code lowerdir=} of an overlay wants them. Names are relative to a folder, so that
 * many fit into the page that {@code mount(2)} takes: mount with that folder as the current one.
 *
 * <p>Where {@code nested}, the last name is {@link #BASE}, an empty folder on which the machine's own files have to be
 * mounted first, in the mount namespace where the root is mounted, by two steps:
 *
 * <pre>{@code
 * mount tmpfs on base                                     (an overlay without an upper folder wants two layers)
 * mount overlay on base, MS_RDONLY, with lowerdir=/:base
 * }</pre>
 *
 * That gives the files a filesystem of its own: an overlay refuses an upper folder that lies inside one of its layers.
 *
 * @param folder where the names start
 * @param lowers the highest first
 */
public record RootLayers(Path folder, List<String> lowers, boolean nested) {
    /** The folder for the machine's own files. */
    public static final String BASE = "base";

    /** An empty folder, also good as a place to mount on in a private mount namespace. */
    public static final String EMPTY = "empty";

    /** Mount data for {@link #BASE}. */
    public static final String BASE_LOWERDIR = "/:" + BASE;

    /** The layers between colons, without {@code lowerdir=}. */
    public String lowerdir() {
        return String.join(":", lowers);
    }

    static RootLayers parse(Path folder, String lowerdir) {
        List<String> lowers = List.of(lowerdir.split(":", -1));
        return new RootLayers(folder, lowers, lowers.getLast().equals(BASE));
    }
}
