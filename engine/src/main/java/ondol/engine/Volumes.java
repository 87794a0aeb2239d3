package ondol.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Folders that outlive containers. */
public interface Volumes {
    /** A volume of this name, made where it is missing; null for a name of 64 hexadecimal digits. */
    Volume create(@Nullable String name, Map<String, String> labels, Map<String, String> options);

    List<Volume> list();

    Volume inspect(String name);

    /** @throws EngineException {@code CONFLICT} where a container uses it */
    void remove(String name, boolean force);

    /** A volume: its name, where its files are, and what it was made with. */
    record Volume(
            String name, String mountpoint, Instant created, Map<String, String> labels, Map<String, String> options) {}
}
