package ondol.engine.view;

import java.util.List;
import ondol.engine.Builds;
import ondol.engine.ContainerDetails;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.Containers;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.EngineInfo;
import ondol.engine.EngineInfoBuilder;
import ondol.engine.Events;
import ondol.engine.Execs;
import ondol.engine.Images;
import ondol.engine.Meter;
import ondol.engine.Networks;
import ondol.engine.Registries;
import ondol.engine.Tenants;
import ondol.engine.Volumes;

/**
 * The one place where a tenant's users are kept to what is theirs: an {@link Engine} in front of another. What belongs to
 * others is not found, and what reaches the machine itself is refused. It knows nothing but the interfaces, so a method
 * that is added to one of them does not compile before it is decided here who may call it.
 */
public final class TenantView implements Engine {
    private final Engine engine;
    private final String tenant;
    private final OwnContainers containers;
    private final OwnImages images;
    private final OwnVolumes volumes;

    public TenantView(Engine engine, String tenant) {
        this.engine = engine;
        this.tenant = tenant;
        this.images = new OwnImages(engine, tenant);
        this.volumes = new OwnVolumes(engine.volumes(), tenant);
        this.containers = new OwnContainers(engine.containers(), images, volumes, engine.networks(), tenant);
    }

    /** What a tenant's users may not do. */
    static EngineException denied(String what) {
        return new EngineException(
                EngineException.Kind.DENIED,
                what + ": this is left to those who run the machine, not to a tenant's users");
    }

    @Override
    public Containers containers() {
        return containers;
    }

    @Override
    public Execs execs() {
        return new OwnExecs(engine.execs(), containers);
    }

    @Override
    public Images images() {
        return images;
    }

    @Override
    public Registries registries() {
        return new OwnRegistries(engine, images);
    }

    @Override
    public Builds builds() {
        return new OwnBuilds(engine, containers, images, tenant);
    }

    @Override
    public Volumes volumes() {
        return volumes;
    }

    @Override
    public Networks networks() {
        return new OwnNetworks(engine.networks(), containers, tenant);
    }

    @Override
    public Tenants tenants() {
        return new OwnTenant(engine.tenants(), tenant);
    }

    @Override
    public Meter meter() {
        return new OwnMeter(engine.meter(), tenant);
    }

    @Override
    public Events events() {
        return new OwnEvents(engine.events(), tenant, images);
    }

    @Override
    public EngineInfo info() {
        List<ContainerDetails> own = containers.list();
        int running = (int) count(own, Status.RUNNING);
        int paused = (int) count(own, Status.PAUSED);
        return EngineInfoBuilder.builder(engine.info())
                .containers(own.size())
                .running(running)
                .paused(paused)
                .stopped(own.size() - running - paused)
                .images(images.list().size())
                .build();
    }

    private static long count(List<ContainerDetails> containers, Status status) {
        return containers.stream()
                .filter(each -> each.state().status() == status)
                .count();
    }

    @Override
    public Engine asUser(String user) {
        return this;
    }

    /** The engine goes on: it is not this view's to close. */
    @Override
    public void close() {}
}
