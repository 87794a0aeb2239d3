package ondol.docker;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import ondol.docker.json.ContainerJson;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.ContainerDetails;
import ondol.engine.Containers;
import ondol.engine.EndpointSettings;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.Tenants;
import org.jspecify.annotations.Nullable;

/** The life of containers: made, started, stopped, changed, listed, removed. */
final class ContainersApi {
    private final Engine engine;
    private final Containers containers;
    private final ContainerViews views;

    ContainersApi(Engine engine) {
        this.engine = engine;
        this.containers = engine.containers();
        this.views = new ContainerViews();
    }

    void addTo(Router router) {
        router.get("/containers/json", this::list)
                .post("/containers/create", this::create)
                .post("/containers/prune", this::prune)
                .get("/containers/{id}/json", this::inspect)
                .get("/containers/{id}/top", this::top)
                .post("/containers/{id}/start", this::start)
                .post("/containers/{id}/stop", this::stop)
                .post("/containers/{id}/restart", this::restart)
                .post("/containers/{id}/kill", this::kill)
                .post("/containers/{id}/pause", this::pause)
                .post("/containers/{id}/unpause", this::unpause)
                .post("/containers/{id}/rename", this::rename)
                .post("/containers/{id}/update", this::update)
                .post("/containers/{id}/resize", this::resize)
                .delete("/containers/{id}", this::remove);
    }

    private void create(Call call) throws IOException {
        byte[] body = call.jsonBody();
        if (body.length == 0) {
            throw EngineException.invalid("invalid JSON: got EOF while reading request body");
        }
        ContainerConfig config = Json.read(ContainerConfig.class, body);
        if (config == null) {
            throw EngineException.invalid("config cannot be empty in order to create a container");
        }
        ContainerJson.CreateExtras extras = Json.read(ContainerJson.CreateExtras.class, body);
        HostConfig host = extras == null || extras.hostConfig() == null
                ? HostConfigBuilder.builder().build()
                : extras.hostConfig();
        String platform = call.query("platform");
        String image = config.image();
        if (platform != null && image != null && !image.isEmpty()) {
            Platforms.check(engine.images().inspect(image), image, platform);
        }
        ContainerJson.NetworkingConfig networking = extras == null ? null : extras.networkingConfig();
        Map<String, EndpointSettings> endpoints = networking == null ? null : networking.endpointsConfig();
        Containers.Created created;
        try {
            created = containers.create(
                    call.query("name"), ofTenant(call, config), host, endpoints == null ? Map.of() : endpoints);
        } catch (EngineException e) {
            // of what is missing here, only an image is a 404: clients would pull it otherwise
            if (e.kind() != EngineException.Kind.NOT_FOUND || e.getMessage().startsWith("No such image")) {
                throw e;
            }
            throw new EngineException(EngineException.Kind.INVALID, e.getMessage(), e);
        }
        call.json(201, new ContainerJson.Created(created.id(), created.warnings()));
    }

    /** A user's containers are the user's tenant's, unless they say otherwise. */
    private ContainerConfig ofTenant(Call call, ContainerConfig config) {
        Map<String, String> labels = config.labels();
        String tenant = labels != null && labels.containsKey(Tenants.LABEL)
                ? null
                : Peer.user(call.connection())
                        .map(user -> engine.tenants().ofUser(user))
                        .orElse(null);
        if (tenant == null) {
            return config;
        }
        Map<String, String> more = new TreeMap<>(labels == null ? Map.of() : labels);
        more.put(Tenants.LABEL, tenant);
        return ContainerConfigBuilder.builder(config).labels(more).build();
    }

    private void start(Call call) {
        if (call.query("checkpoint") != null) {
            throw new EngineException(EngineException.Kind.UNSUPPORTED, "checkpoints are not supported");
        }
        containers.start(call.path("id"));
        call.reply(204);
    }

    private void stop(Call call) {
        containers.stop(call.path("id"), call.query("signal"), patience(call));
        call.reply(204);
    }

    private void restart(Call call) {
        containers.restart(call.path("id"), call.query("signal"), patience(call));
        call.reply(204);
    }

    private static @Nullable Duration patience(Call call) {
        return call.query("t") == null ? null : Duration.ofSeconds(call.number("t", 0));
    }

    private void kill(Call call) {
        containers.kill(call.path("id"), call.query("signal"));
        call.reply(204);
    }

    private void pause(Call call) {
        containers.pause(call.path("id"));
        call.reply(204);
    }

    private void unpause(Call call) {
        containers.unpause(call.path("id"));
        call.reply(204);
    }

    private void rename(Call call) {
        String name = call.query("name");
        if (name == null) {
            throw EngineException.invalid("Neither old nor new names may be empty");
        }
        containers.rename(call.path("id"), name);
        call.reply(204);
    }

    private void update(Call call) throws IOException {
        HostConfig changes = call.json(HostConfig.class);
        if (changes == null) {
            changes = HostConfigBuilder.builder().build();
        }
        call.json(new ContainerJson.Updated(containers.update(call.path("id"), changes)));
    }

    private void resize(Call call) {
        containers.resize(call.path("id"), call.size("h"), call.size("w"));
        call.reply(200);
    }

    private void remove(Call call) {
        if (call.flag("link")) {
            throw new EngineException(EngineException.Kind.UNSUPPORTED, "links between containers are not supported");
        }
        containers.remove(call.path("id"), call.flag("force"), call.flag("v"));
        call.reply(204);
    }

    private void inspect(Call call) {
        ContainerDetails container = containers.inspect(call.path("id"));
        call.jsonWithNulls(views.inspect(
                container,
                call.flag("size") ? containers.sizes(container.id()) : null,
                containers.folders(container.id())));
    }

    private void top(Call call) {
        Containers.Processes processes = containers.top(call.path("id"), call.query("ps_args"));
        call.json(new ContainerJson.Processes(processes.titles(), processes.rows()));
    }

    private void list(Call call) {
        ContainerFilters filters = new ContainerFilters(engine, call.filters());
        int limit = call.number("limit", 0);
        boolean all = call.flag("all") || limit > 0 || filters.wantsEnded();
        boolean sizes = call.flag("size");
        List<ContainerJson.Listed> listed = new ArrayList<>();
        for (ContainerDetails container : containers.list()) {
            if (limit > 0 && listed.size() == limit) {
                break;
            }
            if ((all || container.state().active()) && filters.fits(container)) {
                unlessGone(() -> views.listed(container, sizes ? containers.sizes(container.id()) : null))
                        .forEach(listed::add);
            }
        }
        call.json(listed);
    }

    /** One of a list's things, or nothing where somebody has removed it since the list was made. */
    static <T> Stream<T> unlessGone(Supplier<T> thing) {
        try {
            return Stream.of(thing.get());
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.NOT_FOUND) {
                return Stream.of();
            }
            throw e;
        }
    }

    private void prune(Call call) {
        Filters filters = call.filters().only(Set.of("label", "label!", "until"));
        Instant until = filters.has("until") ? Times.parse(filters.get("until").getFirst()) : null;
        List<String> deleted = new ArrayList<>();
        long reclaimed = 0;
        for (ContainerDetails container : containers.list()) {
            Map<String, String> labels = container.config().labels();
            if (container.state().active()
                    || !filters.labels(labels)
                    || (until != null && container.created().isAfter(until))) {
                continue;
            }
            try {
                long size = containers.sizes(container.id()).writable();
                containers.remove(container.id(), false, false);
                deleted.add(container.id());
                reclaimed += size;
            } catch (EngineException e) {
                // Started or removed by somebody else meanwhile: not ours to remove any more.
                if (e.kind() != EngineException.Kind.CONFLICT && e.kind() != EngineException.Kind.NOT_FOUND) {
                    throw e;
                }
            }
        }
        engine.events().say("container", "prune", Map.of("reclaimed", String.valueOf(reclaimed)));
        call.json(new ContainerJson.Pruned(deleted, reclaimed));
    }
}
