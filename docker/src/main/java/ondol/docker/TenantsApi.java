package ondol.docker;

import java.io.IOException;
import java.util.List;
import ondol.docker.json.TenantJson;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import ondol.engine.TenantConfig;
import ondol.engine.TenantConfigBuilder;
import ondol.engine.Tenants;

/** Those who share the machine: made, changed, listed, removed. */
final class TenantsApi {
    private final Engine engine;

    TenantsApi(Engine engine) {
        this.engine = engine;
    }

    void addTo(Router router) {
        router.get("/ondol/tenants", this::list)
                .post("/ondol/tenants/create", this::create)
                .get("/ondol/tenants/{name}", this::inspect)
                .post("/ondol/tenants/{name}/update", this::update)
                .delete("/ondol/tenants/{name}", this::remove);
    }

    private void create(Call call) throws IOException {
        TenantJson.Create request = call.json(TenantJson.Create.class);
        if (request == null || request.name() == null) {
            throw EngineException.invalid("the body says no name for the tenant");
        }
        TenantConfig limits =
                request.limits() == null ? TenantConfigBuilder.builder().build() : request.limits();
        call.json(201, json(engine.tenants().create(request.name(), limits)));
    }

    private void update(Call call) throws IOException {
        TenantConfig changes = call.json(TenantConfig.class);
        if (changes == null) {
            throw EngineException.invalid("the body says nothing to update");
        }
        call.json(json(engine.tenants().update(call.path("name"), changes)));
    }

    private void list(Call call) {
        List<TenantJson.Tenant> all =
                engine.tenants().list().stream().map(this::json).toList();
        call.json(all);
    }

    private void inspect(Call call) {
        call.json(json(engine.tenants().inspect(call.path("name"))));
    }

    private void remove(Call call) {
        engine.tenants().remove(call.path("name"), call.flag("force"));
        call.reply(204);
    }

    private TenantJson.Tenant json(Tenants.Tenant tenant) {
        Tenants.Now now = engine.tenants().now(tenant.name());
        return new TenantJson.Tenant(
                tenant.name(),
                Times.rfc3339(tenant.created()),
                tenant.config(),
                tenant.containers(),
                new TenantJson.Now(now.running(), now.memory(), now.pids(), now.disk()));
    }
}
