package ondol.docker;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import ondol.engine.EngineException;
import ondol.engine.Volumes;
import org.jspecify.annotations.Nullable;

/** The volumes of the test's engine: names only. */
final class NamedVolumes implements Volumes {
    private final Map<String, Volume> volumes = new ConcurrentHashMap<>();

    @Override
    public Volume create(@Nullable String name, Map<String, String> labels, Map<String, String> options) {
        String key = name == null ? "a".repeat(64) : name;
        return volumes.computeIfAbsent(key, _ -> new Volume(key, "/nowhere", Instant.EPOCH, labels, options));
    }

    @Override
    public List<Volume> list() {
        return List.copyOf(volumes.values());
    }

    @Override
    public Volume inspect(String name) {
        Volume volume = volumes.get(name);
        if (volume == null) {
            throw EngineException.notFound("get " + name + ": no such volume");
        }
        return volume;
    }

    @Override
    public long size(String name) {
        inspect(name);
        return 0;
    }

    @Override
    public void remove(String name, boolean force) {
        inspect(name);
        volumes.remove(name);
    }
}
