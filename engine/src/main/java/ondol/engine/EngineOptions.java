package ondol.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where an engine lives.
 *
 * @param dataRoot what must survive a restart of the machine: images, containers, volumes
 * @param execRoot what need not: sockets, the mount point
 * @param cgroupParent the group below which containers get theirs, such as {@code /ondol}; null for {@code /ondol} in the
 *     default data root and a name of its own in any other
 * @param restrictUsers see {@link Engine#asUser}
 */
public record EngineOptions(
        Path dataRoot, Path execRoot, @Nullable String cgroupParent, boolean restrictUsers) {

    /** The data root of an engine that nobody gave another. */
    public static final Path DEFAULT_DATA_ROOT = Path.of("/var/lib/ondol");

    /** The exec root of an engine that nobody gave another. */
    public static final Path DEFAULT_EXEC_ROOT = Path.of("/run/ondol");

    /** Users are not restricted. */
    public EngineOptions(Path dataRoot, Path execRoot, @Nullable String cgroupParent) {
        this(dataRoot, execRoot, cgroupParent, false);
    }

    /** The machine's own engine. */
    public static EngineOptions defaults() {
        return new EngineOptions(DEFAULT_DATA_ROOT, DEFAULT_EXEC_ROOT, null);
    }

    /** An engine all of whose files are below one folder. */
    public static EngineOptions at(Path folder) {
        return new EngineOptions(folder, folder.resolve("run"), null);
    }
}
