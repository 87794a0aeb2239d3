package ondol.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Folders that outlive containers. */
public interface Volumes {
    /**
     * A volume of this name, made where it is missing.
     *
     * @param name a letter or digit, then at least one letter, digit, {@code _}, {@code .} or {@code -}, at most 255; null
     *     for 64 hexadecimal digits
     * @param options {@code type}, {@code device}, {@code o} as for {@code mount}, or {@code size}; empty for a plain folder
     * @throws EngineException {@code INVALID} for a name or options that make no sense, {@code UNSUPPORTED} for those that
     *     cannot be had here
     */
    Volume create(@Nullable String name, Map<String, String> labels, Map<String, String> options);

    /** All of them, by name. */
    List<Volume> list();

    /** @throws EngineException {@code NOT_FOUND} */
    Volume inspect(String name);

    /**
     * Bytes of the files in it, counted now, file by file; of a file with several names once.
     *
     * @throws EngineException {@code NOT_FOUND}
     */
    long size(String name);

    /**
     * Removes a volume and all that is in it.
     *
     * @param force whether one that is not there is as good as removed
     * @throws EngineException {@code CONFLICT} where a container uses it, {@code NOT_FOUND}
     */
    void remove(String name, boolean force);

    /** A volume: its name, where its files are, and what it was made with. */
    record Volume(
            String name, String mountpoint, Instant created, Map<String, String> labels, Map<String, String> options) {}
}
