package ondol.docker;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.docker.json.NetworkJson;
import ondol.docker.json.NetworkJson.Network;
import ondol.engine.ContainerDetails;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** The networks that are always there: {@code bridge}, which is the default, {@code host} and {@code none}. */
final class NetworksApi {
    private static final Map<String, String> DRIVERS = Map.of("bridge", "bridge", "host", "host", "none", "null");
    private static final List<String> NAMES = List.of("bridge", "host", "none");

    private final Engine engine;

    NetworksApi(Engine engine) {
        this.engine = engine;
    }

    void addTo(Router router) {
        router.get("/networks", this::list)
                .post("/networks/create", this::later)
                .post("/networks/prune", call -> call.json(Map.of("NetworksDeleted", List.of())))
                .get("/networks/{id}", this::inspect)
                .delete("/networks/{id}", this::remove)
                .post("/networks/{id}/connect", this::later)
                .post("/networks/{id}/disconnect", this::later);
    }

    /** The id that a network of this name has in this engine, the same after every start. */
    static String id(String engineId, String name) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest((engineId + "/network/" + name).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private void list(Call call) {
        Filters filters = call.filters().only(Set.of("dangling", "driver", "id", "label", "name", "scope", "type"));
        call.json(NAMES.stream()
                .map(name -> network(name, null))
                .filter(network -> filters.any("name", network.name()::contains)
                        && filters.any("id", network.id()::startsWith)
                        && filters.any("driver", network.driver()::equals)
                        && filters.any("scope", "local"::equals)
                        && filters.any("type", "builtin"::equals)
                        && !filters.has("label")
                        && !filters.flag("dangling", false))
                .toList());
    }

    private void inspect(Call call) {
        String name = find(call.path("id"));
        Map<String, NetworkJson.Member> members = new HashMap<>();
        for (ContainerDetails container : engine.containers().list()) {
            if (container.state().active() && ContainerViews.network(container).equals(name)) {
                members.put(container.id(), new NetworkJson.Member(container.name(), "", "", "", ""));
            }
        }
        call.json(network(name, members));
    }

    private void remove(Call call) {
        throw new EngineException(
                EngineException.Kind.DENIED, find(call.path("id")) + " is a pre-defined network and cannot be removed");
    }

    private void later(Call call) {
        throw new EngineException(
                EngineException.Kind.UNSUPPORTED, "networks other than bridge, host and none cannot be made yet");
    }

    private String find(String nameOrId) {
        if (DRIVERS.containsKey(nameOrId)) {
            return nameOrId;
        }
        String engineId = engine.info().id();
        List<String> found = NAMES.stream()
                .filter(name -> id(engineId, name).startsWith(nameOrId))
                .toList();
        if (found.size() != 1) {
            throw EngineException.notFound("network " + nameOrId + " not found");
        }
        return found.getFirst();
    }

    private Network network(String name, @Nullable Map<String, NetworkJson.Member> members) {
        return new Network(
                name,
                id(engine.info().id(), name),
                Times.NEVER,
                "local",
                DRIVERS.getOrDefault(name, name),
                true,
                false,
                new NetworkJson.Ipam("default", null, List.of()),
                false,
                false,
                false,
                new NetworkJson.ConfigFrom(""),
                false,
                members,
                Map.of(),
                Map.of());
    }
}
