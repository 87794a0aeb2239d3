package ondol.docker;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import ondol.docker.json.NetworkJson;
import ondol.engine.ContainerDetails;
import ondol.engine.EndpointSettings;
import ondol.engine.EndpointSettingsBuilder;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.Network;
import ondol.engine.NetworkConfig;
import ondol.engine.Networks;
import org.jspecify.annotations.Nullable;

/** Networks: made, listed, removed, and containers connected to them. */
final class NetworksApi {
    private final Engine engine;
    private final Networks networks;

    NetworksApi(Engine engine) {
        this.engine = engine;
        this.networks = engine.networks();
    }

    void addTo(Router router) {
        router.get("/networks", this::list)
                .get("/networks/", this::list)
                .post("/networks/create", this::create)
                .post("/networks/prune", this::prune)
                .get("/networks/{id}", this::inspect)
                .delete("/networks/{id}", this::remove)
                .post("/networks/{id}/connect", this::connect)
                .post("/networks/{id}/disconnect", this::disconnect);
    }

    private void list(Call call) {
        Filters filters =
                call.filters().only(Set.of("dangling", "driver", "id", "label", "label!", "name", "scope", "type"));
        for (String type : filters.get("type")) {
            if (!type.equals("custom") && !type.equals("builtin")) {
                throw EngineException.invalid("invalid filter: 'type'='" + type + "': it is custom or builtin");
            }
        }
        Set<String> used = filters.has("dangling") ? used() : Set.of();
        boolean dangling = filters.flag("dangling", false);
        call.json(networks.list().stream()
                .filter(network -> filters.any("name", network.name()::contains)
                        && filters.any("id", network.id()::startsWith)
                        && filters.any("driver", network.driver()::equals)
                        && filters.any("scope", "local"::equals)
                        && filters.any("type", (network.predefined() ? "builtin" : "custom")::equals)
                        && filters.labels(network.labels())
                        && (!filters.has("dangling") || dangling(network, used) == dangling))
                .map(network -> NetworkViews.network(network, null))
                .toList());
    }

    private static boolean dangling(Network network, Set<String> used) {
        return !network.predefined() && !used.contains(network.id());
    }

    /** The ids of networks that any container is in, whether or not it runs. */
    private Set<String> used() {
        Set<String> used = new HashSet<>();
        for (ContainerDetails container : engine.containers().list()) {
            container.networks().values().forEach(place -> used.add(Objects.requireNonNullElse(place.networkId(), "")));
        }
        return used;
    }

    private void inspect(Call call) {
        Network network = networks.inspect(call.path("id"));
        String scope = call.query("scope");
        if (scope != null && !scope.isEmpty() && !scope.equals("local")) {
            throw EngineException.notFound("network " + call.path("id") + " not found in scope " + scope);
        }
        call.json(NetworkViews.network(network, networks.members(network.id())));
    }

    private void create(Call call) throws IOException {
        NetworkConfig config = call.json(NetworkConfig.class);
        if (config == null) {
            throw EngineException.invalid("the body says nothing of a network");
        }
        Networks.Created created = networks.create(config);
        call.json(201, new NetworkJson.Created(created.id(), String.join("; ", created.warnings())));
    }

    private void remove(Call call) {
        networks.remove(call.path("id"));
        call.reply(204);
    }

    private void connect(Call call) throws IOException {
        NetworkJson.Connect body = call.json(NetworkJson.Connect.class);
        EndpointSettings settings = body == null ? null : body.endpointConfig();
        networks.connect(
                call.path("id"),
                container(body == null ? null : body.container()),
                settings == null ? EndpointSettingsBuilder.builder().build() : settings);
        call.reply(200);
    }

    private void disconnect(Call call) throws IOException {
        NetworkJson.Disconnect body = call.json(NetworkJson.Disconnect.class);
        networks.disconnect(
                call.path("id"),
                container(body == null ? null : body.container()),
                body != null && Boolean.TRUE.equals(body.force()));
        call.reply(200);
    }

    private static String container(@Nullable String container) {
        if (container == null || container.isEmpty()) {
            throw EngineException.invalid("the body names no container");
        }
        return container;
    }

    private void prune(Call call) {
        Filters filters = call.filters().only(Set.of("label", "label!", "until"));
        Instant until = filters.has("until") ? Times.parse(filters.get("until").getFirst()) : null;
        Set<String> used = used();
        List<String> deleted = new ArrayList<>();
        for (Network network : networks.list()) {
            boolean young = until != null && network.created().isAfter(until);
            if (!dangling(network, used) || network.configOnly() || young || !filters.labels(network.labels())) {
                continue;
            }
            try {
                networks.remove(network.id());
                deleted.add(network.name());
            } catch (EngineException e) {
                // Used or removed by somebody else meanwhile: not ours to remove any more.
                if (e.kind() != EngineException.Kind.DENIED && e.kind() != EngineException.Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }
        engine.events().say("network", "prune", Map.of("reclaimed", "0"));
        call.json(new NetworkJson.Pruned(deleted));
    }
}
