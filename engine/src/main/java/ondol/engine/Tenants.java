package ondol.engine;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Those who share this machine. A tenant is a control group above its containers' groups: its limits hold over the sum of
 * them, and what it does not use of its share is lent to the others. A container belongs to a tenant by the label {@link
 * #LABEL} of its creation, for good.
 */
public interface Tenants {
    /** The label that says whose a container or volume is. */
    String LABEL = "ondol.tenant";

    /**
     * Makes a tenant.
     *
     * @param name {@code [a-z0-9]+([_.-][a-z0-9]+)*}, at most 63 characters
     * @throws EngineException {@code CONFLICT} for a name in use, {@code INVALID} for limits that make no sense, also
     *     together with other tenants', {@code UNSUPPORTED} for those that cannot be held here
     */
    Tenant create(String name, TenantConfig config);

    /** Changes limits, also of what runs now; what is null stays. */
    Tenant update(String name, TenantConfig changes);

    /** All tenants by name. */
    List<Tenant> list();

    Tenant inspect(String name);

    /**
     * Removes a tenant. What was metered of it stays.
     *
     * @param force removes its containers first
     * @throws EngineException {@code CONFLICT} where it has containers
     */
    void remove(String name, boolean force);

    /** The tenant that has a user of the machine in its list; null for none. */
    @Nullable
    String ofUser(String user);

    /**
     * What a tenant uses of its limits now; zeros where nothing of it runs.
     *
     * @throws EngineException {@code NOT_FOUND}
     */
    Now now(String name);

    /**
     * A tenant.
     *
     * @param containers how many it has, running or not
     */
    record Tenant(String name, Instant created, TenantConfig config, int containers) {}

    /**
     * A tenant at one moment.
     *
     * @param memory bytes, with the cache of files
     * @param pids processes and threads
     * @param disk bytes of writable layers and volumes; null where nobody asked for a limit of it, for counting takes long
     */
    record Now(
            int running, long memory, long pids, @Nullable Long disk) {}
}
