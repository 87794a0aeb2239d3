package ondol.engine.local;

import io.avaje.jsonb.Json;
import ondol.engine.TenantConfig;

/** A tenant as its file {@code tenant.json} keeps it. {@code created} is nanoseconds since 1970. */
@Json
public record TenantRecord(String name, long created, TenantConfig config) {}
