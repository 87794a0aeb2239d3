package ondol.docker.json;

import io.avaje.jsonb.Json;
import ondol.engine.TenantConfig;
import org.jspecify.annotations.Nullable;

/** What the API says about tenants. */
public final class TenantJson {
    private TenantJson() {}

    /** {@code POST /ondol/tenants/create}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Create(
            @Json.Property("Name") @Nullable String name,
            @Json.Property("Limits") @Nullable TenantConfig limits) {}

    /** A tenant, and what it uses now. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Tenant(
            @Json.Property("Name") String name,
            @Json.Property("Created") String created,
            @Json.Property("Limits") TenantConfig limits,
            @Json.Property("Containers") int containers,
            @Json.Property("Now") Now now) {}

    /** Bytes, and counts. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Now(
            @Json.Property("Running") int running,
            @Json.Property("Memory") long memory,
            @Json.Property("Pids") long pids,
            @Json.Property("Disk") @Nullable Long disk) {}
}
