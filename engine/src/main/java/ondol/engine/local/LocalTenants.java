package ondol.engine.local;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import ondol.engine.EngineException;
import ondol.engine.TenantConfig;
import ondol.engine.Tenants;
import ondol.linux.KernelException;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.LimitException;
import ondol.linux.cgroup.Resources;
import ondol.linux.cgroup.Stats;
import org.jspecify.annotations.Nullable;

/** Tenants as folders: {@code tenants/NAME/tenant.json}. Their control groups are there while something of them runs. */
final class LocalTenants implements Tenants, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(LocalTenants.class.getName());
    private static final Pattern NAME = Pattern.compile("[a-z0-9]+([_.-][a-z0-9]+)*");

    private final Path folder;
    private final Records<TenantRecord> records;
    private final Groups groups;
    private final TenantLimits limits;
    private final EventLog events;
    private final Registry containers;
    private final Function<String, Long> diskOf;
    private final TenantQuota quota;
    private Limiting limiting;
    private volatile Map<String, TenantRecord> tenants = Map.of(); // replaced as a whole, by whoever holds this object
    private final Map<String, Integer> counts = new HashMap<>(); // containers of each, guarded by this

    /**
     * @param diskOf bytes of a tenant's writable layers and volumes
     */
    @SuppressWarnings("NullAway.Init") // see join
    LocalTenants(
            Path folder,
            Jsonb json,
            Groups groups,
            TenantLimits limits,
            EventLog events,
            Registry containers,
            Function<String, Long> diskOf,
            TenantQuota quota) {
        this.folder = folder;
        this.records = new Records<>(json, TenantRecord.class, "tenant.json");
        this.groups = groups;
        this.limits = limits;
        this.events = events;
        this.containers = containers;
        this.diskOf = diskOf;
        this.quota = quota;
        for (TenantRecord record : records.loadAll(folder)) {
            put(record.name(), record);
        }
    }

    private synchronized void put(String name, @Nullable TenantRecord record) {
        Map<String, TenantRecord> changed = new TreeMap<>(tenants);
        if (record == null) {
            changed.remove(name);
        } else {
            changed.put(name, record);
        }
        tenants = changed;
    }

    // As users see them

    @Override
    public synchronized Tenant create(String name, TenantConfig asked) {
        if (name.length() > 63 || !NAME.matcher(name).matches()) {
            throw EngineException.invalid(
                    "invalid tenant name (%s): use a to z and 0 to 9, with single '_', '.' or '-' between, at most 63"
                            .formatted(name));
        }
        if (tenants.containsKey(name)) {
            throw EngineException.conflict("the tenant %s exists already; change it with update".formatted(name));
        }
        TenantConfig config = merge(merge(NOTHING, asked), NOTHING);
        check(name, config);
        put(name, new TenantRecord(name, Container.now(), config));
        try {
            apply(name, config, null, true);
            Files.createDirectories(folder.resolve(name));
            quota.limit(name, config.disk());
            records.save(folder.resolve(name), get(name));
        } catch (RuntimeException | IOException e) {
            put(name, null);
            groups.forget();
            Removing.deleteQuietly(folder.resolve(name));
            throw refused(name, e);
        }
        events.publish("tenant", "create", name, Map.of("name", name));
        return tenant(get(name));
    }

    @Override
    public synchronized Tenant update(String name, TenantConfig changes) {
        TenantRecord before = get(name);
        TenantConfig config = merge(before.config(), changes);
        check(name, config);
        put(name, new TenantRecord(name, before.created(), config));
        try {
            apply(name, config, before.config(), false);
            reachLinks(name, config, before.config());
            quota.limit(name, config.disk());
            records.save(folder.resolve(name), get(name));
        } catch (RuntimeException e) {
            put(name, before);
            try {
                apply(name, before.config(), config, false);
                reachLinks(name, before.config(), config);
                quota.limit(name, before.config().disk());
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw refused(name, e);
        }
        reach(name, config, before.config());
        events.publish("tenant", "update", name, Map.of("name", name));
        return tenant(get(name));
    }

    private void check(String name, TenantConfig config) {
        limits.check(config);
        if (config.netRate() != null) {
            limiting.check(name, config.netRate());
        }
        Map<String, Long> guarantees = guarantees();
        guarantees.remove(name);
        if (config.memoryGuarantee() != null) {
            guarantees.put(name, config.memoryGuarantee());
        }
        limits.checkGuarantees(guarantees);
        for (String user : config.users() == null ? List.<String>of() : config.users()) {
            SocketUsers.check(user);
            for (TenantRecord other : tenants.values()) {
                if (!other.name().equals(name) && SocketUsers.has(other.config().users(), user)) {
                    throw EngineException.conflict(
                            "user %s belongs to tenant %s already".formatted(user, other.name()));
                }
            }
        }
    }

    /** Bytes of memory that all tenants are guaranteed together. */
    long guaranteed() {
        return guarantees().values().stream().mapToLong(Long::longValue).sum();
    }

    private Map<String, Long> guarantees() {
        Map<String, Long> guarantees = new TreeMap<>();
        for (TenantRecord tenant : tenants.values()) {
            if (tenant.config().memoryGuarantee() != null) {
                guarantees.put(tenant.name(), tenant.config().memoryGuarantee());
            }
        }
        return guarantees;
    }

    private void apply(String name, TenantConfig config, @Nullable TenantConfig before, boolean make) {
        Resources resources = limits.resources(config, before);
        groups.update(name, resources, make);
    }

    /** A changed guarantee reaches the tenant's containers that run. */
    private void reach(String name, TenantConfig config, TenantConfig before) {
        if (Objects.equals(config.memoryGuarantee(), before.memoryGuarantee())) {
            return;
        }
        Resources wanted = limits.reach(Resources.NONE, config);
        for (Container container : containers.all()) {
            Cgroup group = container.cgroup();
            if (group != null && name.equals(container.record().tenant())) {
                group.update(wanted);
            }
        }
    }

    /** A changed rate reaches the links of the tenant's containers that run. */
    private void reachLinks(String name, TenantConfig config, TenantConfig before) {
        if (Objects.equals(config.netRate(), before.netRate())) {
            return;
        }
        for (Container container : containers.all()) {
            if (container.running() && name.equals(container.record().tenant())) {
                limiting.plugged(container.record());
            }
        }
    }

    /** Bits a second of a tenant's containers together, each way; null for no limit. */
    @Nullable
    Long netRate(String name) {
        TenantRecord record = tenants.get(name);
        return record == null ? null : record.config().netRate();
    }

    /** They know each other: {@link LocalEngine} wires that. */
    void join(Limiting links) {
        this.limiting = links;
    }

    private static EngineException refused(String name, Exception e) {
        EngineException.Kind kind = switch (e) {
            case EngineException known -> known.kind();
            case LimitException limit
            when limit.reason() == LimitException.Reason.INVALID -> EngineException.Kind.INVALID;
            case LimitException limit
            when limit.reason() == LimitException.Reason.BUSY -> EngineException.Kind.CONFLICT;
            case LimitException _ -> EngineException.Kind.UNSUPPORTED;
            default -> EngineException.Kind.FAILED;
        };
        return new EngineException(kind, "tenant %s: %s".formatted(name, e.getMessage()), e);
    }

    @Override
    public synchronized List<Tenant> list() {
        return tenants.values().stream().map(this::tenant).toList();
    }

    @Override
    public synchronized Tenant inspect(String name) {
        return tenant(get(name));
    }

    private Tenant tenant(TenantRecord record) {
        return new Tenant(
                record.name(),
                Instant.ofEpochSecond(0, record.created()),
                record.config(),
                counts.getOrDefault(record.name(), 0));
    }

    private TenantRecord get(String name) {
        TenantRecord record = tenants.get(name);
        if (record == null) {
            throw EngineException.notFound("No such tenant: " + name);
        }
        return record;
    }

    /** The containers are the caller's to remove: {@link LocalEngine} wires that. */
    @Override
    public void remove(String name, boolean force) {
        synchronized (this) {
            get(name);
            int left = counts.getOrDefault(name, 0);
            if (left > 0) {
                throw EngineException.conflict("tenant %s has %d container%s: remove them first, or use -f"
                        .formatted(name, left, left == 1 ? "" : "s"));
            }
            try {
                quota.forget(name);
                Files.deleteIfExists(folder.resolve(name).resolve("tenant.json"));
                Removing.delete(folder.resolve(name));
            } catch (IOException e) {
                throw refused(name, e);
            }
            put(name, null);
            groups.forget();
        }
        events.publish("tenant", "destroy", name, Map.of("name", name));
    }

    @Override
    public Now now(String name) {
        Tenant tenant = inspect(name);
        int running = 0;
        for (Container container : containers.all()) {
            running += container.running() && name.equals(container.record().tenant()) ? 1 : 0;
        }
        Stats stats = null;
        try {
            stats = groups.tenant(name).map(Cgroup::stats).orElse(null);
        } catch (KernelException e) {
            // it went meanwhile
        }
        long memory =
                stats == null || stats.memory() == null ? 0 : stats.memory().usage();
        long pids = stats == null || stats.pids() == null ? 0 : stats.pids().current();
        return new Now(running, memory, pids, tenant.config().disk() == null ? null : diskOf.apply(name));
    }

    // As the rest of the engine sees them

    /** Whether a control group's name, such as one that an earlier engine left, is a tenant's that there is. */
    boolean exists(String name) {
        return tenants.containsKey(name);
    }

    /**
     * Takes a place for a container that is being made; {@link #left} gives it back.
     *
     * @throws EngineException {@code NOT_FOUND}; {@code CONFLICT} where the tenant has as many as it may have, or no disk
     *     left
     */
    void admit(String name) {
        synchronized (this) {
            TenantConfig config = get(name).config();
            int count = counts.getOrDefault(name, 0);
            if (config.maxContainers() != null && count >= config.maxContainers()) {
                throw EngineException.conflict("tenant %s has %d container%s and may have %d (--max-containers)"
                        .formatted(name, count, count == 1 ? "" : "s", config.maxContainers()));
            }
            counts.put(name, count + 1);
        }
        try {
            checkDisk(name);
        } catch (RuntimeException e) {
            left(name);
            throw e;
        }
    }

    /** Whether so many bytes are all that a tenant's disk may be. */
    boolean diskIsFull(String name, long used) {
        TenantRecord tenant = tenants.get(name);
        Long most = tenant == null ? null : tenant.config().disk();
        return most != null && used >= most;
    }

    /** Tells whoever looks after the machine: without project quotas, what runs may go on writing. */
    void tellFullDisk(String name, long used) {
        LOG.log(
                Level.WARNING,
                "tenant {0} uses {1} of disk, as much as it may or more",
                name,
                TenantLimits.bytes(used));
        events.publish("tenant", "disk_full", name, Map.of("name", name, "bytes", String.valueOf(used)));
    }

    /** Refuses a tenant whose writable layers and volumes take as much disk as they may. */
    void checkDisk(String name) {
        Long most = get(name).config().disk();
        long used = most == null ? 0 : diskOf.apply(name);
        if (most != null && used >= most) {
            throw EngineException.conflict(
                    "tenant %s uses %s of disk and may use %s (--disk): remove containers or volumes of it"
                            .formatted(name, TenantLimits.bytes(used), TenantLimits.bytes(most)));
        }
    }

    /** Counts a container that an earlier engine made. */
    synchronized void found(String name) {
        counts.merge(name, 1, Integer::sum);
    }

    /** A container is no more, or was not made after all. */
    synchronized void left(String name) {
        counts.computeIfPresent(name, (_, count) -> count > 1 ? count - 1 : null);
    }

    /** The limits that a tenant's group must have before anything runs in it. */
    Resources resources(String name) {
        return limits.resources(get(name).config(), null);
    }

    /** A container's limits, so that the tenant's reach it. */
    Resources reach(String name, Resources own) {
        return limits.reach(own, get(name).config());
    }

    /** Gives groups that an earlier engine made the limits of the records. */
    synchronized void recover() {
        for (TenantRecord tenant : tenants.values()) {
            limitDisk(tenant);
            if (groups.isThere(tenant.name())) {
                try {
                    groups.update(tenant.name(), limits.resources(tenant.config(), null), true);
                } catch (RuntimeException e) {
                    LOG.log(
                            Level.WARNING,
                            "the limits of tenant {0} are as they were: {1}",
                            tenant.name(),
                            e.getMessage());
                }
            }
        }
    }

    private void limitDisk(TenantRecord tenant) {
        try {
            quota.limit(tenant.name(), tenant.config().disk());
        } catch (EngineException e) {
            LOG.log(Level.WARNING, "tenant {0}: {1}", tenant.name(), e.getMessage());
        }
    }

    /** Counts the new, empty folders of a writable layer to a tenant's disk. */
    void owns(String name, Path... folders) {
        quota.owns(name, folders);
    }

    /** What users ought to know, a sentence each. */
    List<String> warnings() {
        boolean limited =
                tenants.values().stream().anyMatch(tenant -> tenant.config().disk() != null);
        return quota.holds() || !limited
                ? List.of()
                : List.of(
                        "WARNING: no project quotas (mount option prjquota) where the data is: a tenant's --disk is looked"
                                + " at when a container is made or started, and what runs may go on writing");
    }

    @Override
    public @Nullable String ofUser(String user) {
        for (TenantRecord tenant : tenants.values()) {
            if (SocketUsers.has(tenant.config().users(), user)) {
                return tenant.name();
            }
        }
        return null;
    }

    private static final TenantConfig NOTHING =
            ondol.engine.TenantConfigBuilder.builder().build();

    /** What is null stays, and what says "nothing" becomes null. */
    private static TenantConfig merge(TenantConfig now, TenantConfig changes) {
        return new TenantConfig(
                said(changes.nanoCpus(), now.nanoCpus()),
                said(changes.cpuWeight(), now.cpuWeight()),
                said(changes.memory(), now.memory()),
                said(changes.memoryGuarantee(), now.memoryGuarantee()),
                said(changes.ioWeight(), now.ioWeight()),
                list(changes.deviceReadBps(), now.deviceReadBps()),
                list(changes.deviceWriteBps(), now.deviceWriteBps()),
                list(changes.deviceReadIOps(), now.deviceReadIOps()),
                list(changes.deviceWriteIOps(), now.deviceWriteIOps()),
                said(changes.netRate(), now.netRate()),
                said(changes.pids(), now.pids()),
                said(changes.disk(), now.disk()),
                said(changes.maxContainers(), now.maxContainers()),
                list(changes.users(), now.users()));
    }

    private static <N extends Number> @Nullable N said(@Nullable N change, @Nullable N now) {
        if (change == null) {
            return now;
        }
        return change.longValue() == 0 ? null : change;
    }

    private static <T> @Nullable List<T> list(@Nullable List<T> change, @Nullable List<T> now) {
        if (change == null) {
            return now;
        }
        return change.isEmpty() ? null : new ArrayList<>(change);
    }

    @Override
    public void close() {
        records.close();
    }
}
