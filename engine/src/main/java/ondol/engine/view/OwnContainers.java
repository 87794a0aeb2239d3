package ondol.engine.view;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import ondol.engine.AttachOptions;
import ondol.engine.Attachment;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.ContainerDetails;
import ondol.engine.ContainerDetailsBuilder;
import ondol.engine.ContainerStats;
import ondol.engine.Containers;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.LogOptions;
import ondol.engine.Networks;
import ondol.engine.OutputReader;
import ondol.engine.StatsReader;
import ondol.engine.Tenants;
import org.jspecify.annotations.Nullable;

/** The containers of one tenant. */
final class OwnContainers implements Containers {
    private final Containers containers;
    private final OwnImages images;
    private final OwnVolumes volumes;
    private final Networks networks;
    private final String tenant;

    OwnContainers(Containers containers, OwnImages images, OwnVolumes volumes, Networks networks, String tenant) {
        this.networks = networks;
        this.containers = containers;
        this.images = images;
        this.volumes = volumes;
        this.tenant = tenant;
    }

    private boolean isOwn(ContainerDetails container) {
        Map<String, String> labels = container.config().labels();
        return labels != null && tenant.equals(labels.get(Tenants.LABEL));
    }

    /**
     * The id of an own container.
     *
     * @throws EngineException {@code NOT_FOUND} also where it is another's
     */
    String own(String reference) {
        try {
            ContainerDetails found = containers.inspect(reference);
            if (isOwn(found)) {
                return found.id();
            }
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.NOT_FOUND && e.kind() != EngineException.Kind.INVALID) {
                throw e;
            }
        }
        // a beginning of an id may be unambiguous among the own ones only
        List<String> ids = containers.list().stream()
                .filter(this::isOwn)
                .map(ContainerDetails::id)
                .filter(id -> !reference.isEmpty() && id.startsWith(reference))
                .toList();
        if (ids.size() > 1) {
            throw EngineException.invalid("multiple IDs found with provided prefix: " + reference);
        }
        if (ids.isEmpty()) {
            throw EngineException.notFound("No such container: " + reference);
        }
        return ids.getFirst();
    }

    @Override
    public Created create(
            @Nullable String name, ContainerConfig config, HostConfig host, Map<String, EndpointSettings> endpoints) {
        Map<String, String> labels = new TreeMap<>(config.labels() == null ? Map.of() : config.labels());
        String asked = labels.put(Tenants.LABEL, tenant);
        if (asked != null && !asked.equals(tenant)) {
            throw EngineException.notFound("No such tenant: " + asked);
        }
        String image = config.image();
        if (image == null || image.isEmpty()) {
            throw EngineException.invalid("no image specified");
        }
        HostConfig allowed = allowed(host, endpoints);
        ContainerConfig own = ContainerConfigBuilder.builder(config)
                .image(images.own(image))
                .labels(labels)
                .build();
        try {
            return containers.create(name, own, allowed, endpoints);
        } catch (EngineException e) {
            if (e.kind() == EngineException.Kind.CONFLICT && e.getMessage().contains("container name")) {
                // whose it is, is nobody's business
                throw EngineException.conflict(
                        "Conflict. The container name \"/%s\" is already in use. You have to choose another."
                                .formatted(name));
            }
            throw e;
        }
    }

    /** The same with own containers' ids for names. */
    HostConfig allowed(HostConfig host) {
        return allowed(host, Map.of());
    }

    private HostConfig allowed(HostConfig host, Map<String, EndpointSettings> endpoints) {
        HostConfig allowed = new HostReach(this, volumes).check(host);
        OwnNetworks.check(networks, tenant, allowed.networkMode(), endpoints);
        return allowed;
    }

    private ContainerDetails shown(ContainerDetails container) {
        String name = images.shown(container.imageName());
        ContainerConfig config =
                ContainerConfigBuilder.builder(container.config()).image(name).build();
        return ContainerDetailsBuilder.builder(container)
                .imageName(name)
                .config(config)
                .build();
    }

    @Override
    public void start(String container) {
        containers.start(own(container));
    }

    @Override
    public void stop(String container, @Nullable String signal, @Nullable Duration patience) {
        containers.stop(own(container), signal, patience);
    }

    @Override
    public void restart(String container, @Nullable String signal, @Nullable Duration patience) {
        containers.restart(own(container), signal, patience);
    }

    @Override
    public void kill(String container, @Nullable String signal) {
        containers.kill(own(container), signal);
    }

    @Override
    public void pause(String container) {
        containers.pause(own(container));
    }

    @Override
    public void unpause(String container) {
        containers.unpause(own(container));
    }

    @Override
    public void rename(String container, String name) {
        containers.rename(own(container), name);
    }

    @Override
    public List<String> update(String container, HostConfig changes) {
        return containers.update(own(container), new HostReach(this, volumes).check(changes));
    }

    @Override
    public void remove(String container, boolean force, boolean anonymous) {
        containers.remove(own(container), force, anonymous);
    }

    @Override
    public ContainerDetails inspect(String container) {
        return shown(containers.inspect(own(container)));
    }

    @Override
    public List<ContainerDetails> list() {
        return containers.list().stream().filter(this::isOwn).map(this::shown).toList();
    }

    @Override
    public Sizes sizes(String container) {
        return containers.sizes(own(container));
    }

    @Override
    public CompletableFuture<Integer> await(String container, WaitCondition condition) {
        return containers.await(own(container), condition);
    }

    @Override
    public Attachment attach(String container, AttachOptions options) {
        return containers.attach(own(container), options);
    }

    @Override
    public void resize(String container, int rows, int columns) {
        containers.resize(own(container), rows, columns);
    }

    /** Places of the machine are not a tenant's to know. */
    @Override
    public Map<String, String> folders(String container) {
        own(container);
        return Map.of();
    }

    @Override
    public OutputReader logs(String container, LogOptions options) {
        return containers.logs(own(container), options);
    }

    @Override
    public ContainerStats stats(String container) {
        return containers.stats(own(container));
    }

    @Override
    public StatsReader followStats(String container) {
        return containers.followStats(own(container));
    }

    @Override
    public Processes top(String container, @Nullable String arguments) {
        return containers.top(own(container), arguments);
    }

    @Override
    public List<Change> changes(String container) {
        return containers.changes(own(container));
    }

    @Override
    public void export(String container, OutputStream tar) {
        containers.export(own(container), tar);
    }

    @Override
    public PathStat stat(String container, String path) {
        return containers.stat(own(container), path);
    }

    @Override
    public PathStat copyOut(String container, String path, OutputStream tar) {
        return containers.copyOut(own(container), path, tar);
    }

    @Override
    public void copyIn(
            String container, String path, InputStream tar, boolean noOverwriteDirNonDir, boolean keepOwners) {
        containers.copyIn(own(container), path, tar, noOverwriteDirNonDir, keepOwners);
    }

    @Override
    public String commit(
            String container,
            @Nullable ContainerConfig over,
            @Nullable String reference,
            @Nullable String author,
            @Nullable String message,
            List<String> changes,
            boolean pause) {
        if (reference == null || reference.isEmpty()) {
            throw EngineException.invalid("commit: give the image a name: a tenant's images are found by their names");
        }
        return containers.commit(own(container), over, images.internal(reference), author, message, changes, pause);
    }

    @Override
    public String explain(String container) {
        return containers.explain(own(container));
    }
}
