package ondol.docker;

import java.util.List;
import ondol.engine.EngineException;
import ondol.engine.TenantConfig;
import ondol.engine.Tenants;
import org.jspecify.annotations.Nullable;

/** An engine's tenants where there are none. */
final class NoTenants implements Tenants {
    private static EngineException none(String name) {
        return EngineException.notFound("No such tenant: " + name);
    }

    @Override
    public Tenant create(String name, TenantConfig config) {
        throw new EngineException(EngineException.Kind.UNSUPPORTED, "no tenants here");
    }

    @Override
    public Tenant update(String name, TenantConfig changes) {
        throw none(name);
    }

    @Override
    public List<Tenant> list() {
        return List.of();
    }

    @Override
    public Tenant inspect(String name) {
        throw none(name);
    }

    @Override
    public void remove(String name, boolean force) {
        throw none(name);
    }

    @Override
    public @Nullable String ofUser(String user) {
        return null;
    }

    @Override
    public Now now(String name) {
        throw none(name);
    }
}
