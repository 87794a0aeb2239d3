package ondol.engine.view;

import java.util.List;
import ondol.engine.EngineException;
import ondol.engine.TenantConfig;
import ondol.engine.Tenants;
import org.jspecify.annotations.Nullable;

/** The one tenant that its users know; they may look at its limits, and not change them. */
final class OwnTenant implements Tenants {
    private final Tenants tenants;
    private final String tenant;

    OwnTenant(Tenants tenants, String tenant) {
        this.tenants = tenants;
        this.tenant = tenant;
    }

    private String own(String name) {
        if (!name.equals(tenant)) {
            throw EngineException.notFound("No such tenant: " + name);
        }
        return name;
    }

    @Override
    public Tenant create(String name, TenantConfig config) {
        throw TenantView.denied("tenant create");
    }

    @Override
    public Tenant update(String name, TenantConfig changes) {
        own(name);
        throw TenantView.denied("tenant update");
    }

    @Override
    public List<Tenant> list() {
        return List.of(tenants.inspect(tenant));
    }

    @Override
    public Tenant inspect(String name) {
        return tenants.inspect(own(name));
    }

    @Override
    public void remove(String name, boolean force) {
        own(name);
        throw TenantView.denied("tenant rm");
    }

    @Override
    public @Nullable String ofUser(String user) {
        return tenant.equals(tenants.ofUser(user)) ? tenant : null;
    }

    @Override
    public Now now(String name) {
        return tenants.now(own(name));
    }
}
