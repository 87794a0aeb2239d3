package ondol.engine.local;

import java.util.List;
import ondol.engine.Containers;
import ondol.engine.EngineException;
import ondol.engine.TenantConfig;
import ondol.engine.Tenants;
import org.jspecify.annotations.Nullable;

/** {@link LocalTenants}, whose removal takes the containers too where that is asked. */
final class ForcedTenants implements Tenants {
    private final LocalTenants tenants;
    private final Registry registry;
    private final Containers containers;

    ForcedTenants(LocalTenants tenants, Registry registry, Containers containers) {
        this.tenants = tenants;
        this.registry = registry;
        this.containers = containers;
    }

    @Override
    public Tenant create(String name, TenantConfig config) {
        return tenants.create(name, config);
    }

    @Override
    public Tenant update(String name, TenantConfig changes) {
        return tenants.update(name, changes);
    }

    @Override
    public List<Tenant> list() {
        return tenants.list();
    }

    @Override
    public Tenant inspect(String name) {
        return tenants.inspect(name);
    }

    @Override
    public @Nullable String ofUser(String user) {
        return tenants.ofUser(user);
    }

    @Override
    public Now now(String name) {
        return tenants.now(name);
    }

    @Override
    public void remove(String name, boolean force) {
        if (force) {
            tenants.inspect(name);
            for (Container container : registry.all()) {
                if (name.equals(container.record().tenant())) {
                    removeContainer(container.id());
                }
            }
        }
        tenants.remove(name, force);
    }

    private void removeContainer(String id) {
        try {
            containers.remove(id, true, true);
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.NOT_FOUND) { // it went by itself meanwhile
                throw e;
            }
        }
    }
}
