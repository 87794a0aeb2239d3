package ondol.docker;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import ondol.docker.json.VolumeJson;
import ondol.engine.ContainerDetails;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Volumes;
import ondol.engine.Volumes.Volume;
import org.jspecify.annotations.Nullable;

/** Volumes: made, listed, removed. */
final class VolumesApi {
    private static final String ANONYMOUS = "com.docker.volume.anonymous";

    /** Names of anonymous volumes, also of those that were made before they had a label. */
    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-f]{64}");

    private final Engine engine;
    private final Volumes volumes;

    VolumesApi(Engine engine) {
        this.engine = engine;
        this.volumes = engine.volumes();
    }

    void addTo(Router router) {
        router.get("/volumes", this::list)
                .post("/volumes/create", this::create)
                .post("/volumes/prune", this::prune)
                .get("/volumes/{name}", this::inspect)
                .delete("/volumes/{name}", this::remove);
    }

    private void create(Call call) throws IOException {
        VolumeJson.Create request = call.json(VolumeJson.Create.class);
        if (request == null) {
            request = new VolumeJson.Create(null, null, null, null);
        }
        String driver = request.driver();
        if (driver != null && !driver.isEmpty() && !driver.equals("local")) {
            throw EngineException.notFound("volume driver \"" + driver + "\" not found: only local is there");
        }
        String name = request.name();
        call.json(
                201,
                json(
                        volumes.create(
                                name == null || name.isEmpty() ? null : name,
                                request.labels() == null ? Map.of() : request.labels(),
                                request.driverOpts() == null ? Map.of() : request.driverOpts()),
                        null));
    }

    private void inspect(Call call) {
        call.json(json(volumes.inspect(call.path("name")), null));
    }

    private void remove(Call call) {
        try {
            volumes.remove(call.path("name"), call.flag("force"));
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.NOT_FOUND || !call.flag("force")) {
                throw e;
            }
        }
        call.reply(204);
    }

    private void list(Call call) {
        Filters filters = call.filters().only(Set.of("dangling", "driver", "label", "label!", "name"));
        Map<String, Integer> users = filters.has("dangling") ? users(engine) : Map.of();
        boolean dangling = filters.flag("dangling", false);
        List<VolumeJson.Volume> listed = volumes.list().stream()
                .filter(volume -> filters.any("name", volume.name()::contains)
                        && filters.any("driver", "local"::equals)
                        && filters.labels(volume.labels())
                        && (!filters.has("dangling") || users.containsKey(volume.name()) != dangling))
                .map(volume -> json(volume, null))
                .toList();
        call.json(new VolumeJson.Volumes(listed, null));
    }

    private void prune(Call call) {
        Filters filters = call.filters().only(Set.of("all", "label", "label!"));
        // Until version 1.42 names made no difference.
        boolean all = filters.flag("all", !call.version().atLeast(42));
        Set<String> used = users(engine).keySet();
        List<String> deleted = new ArrayList<>();
        long reclaimed = 0;
        for (Volume volume : volumes.list()) {
            boolean anonymous = volume.labels().containsKey(ANONYMOUS)
                    || HEXADECIMAL.matcher(volume.name()).matches();
            if (used.contains(volume.name()) || !(all || anonymous) || !filters.labels(volume.labels())) {
                continue;
            }
            try {
                long size = volumes.size(volume.name());
                volumes.remove(volume.name(), false);
                deleted.add(volume.name());
                reclaimed += size;
            } catch (EngineException e) {
                if (e.kind() != EngineException.Kind.CONFLICT && e.kind() != EngineException.Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }
        engine.events().say("volume", "prune", Map.of("reclaimed", String.valueOf(reclaimed)));
        call.json(new VolumeJson.Pruned(deleted, reclaimed));
    }

    /** How many containers have each volume. */
    static Map<String, Integer> users(Engine engine) {
        Map<String, Integer> users = new java.util.HashMap<>();
        for (ContainerDetails container : engine.containers().list()) {
            for (ContainerDetails.MountPoint mount : container.mounts()) {
                if (mount.name() != null) {
                    users.merge(mount.name(), 1, Integer::sum);
                }
            }
        }
        return users;
    }

    static VolumeJson.Volume json(Volume volume, VolumeJson.@Nullable Usage usage) {
        return new VolumeJson.Volume(
                Times.rfc3339(volume.created()),
                "local",
                volume.labels(),
                volume.mountpoint(),
                volume.name(),
                volume.options(),
                "local",
                usage);
    }
}
