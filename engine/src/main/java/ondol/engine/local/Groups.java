package ondol.engine.local;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.CgroupTree;
import ondol.linux.cgroup.Controller;
import ondol.linux.cgroup.Hierarchy;
import ondol.linux.cgroup.LimitException;
import ondol.linux.cgroup.Resources;
import org.jspecify.annotations.Nullable;

/**
 * The control groups of one root's containers, the groups of tenants above some of them, and the group above all, which are
 * there only while they are needed: {@code PARENT/ID} and {@code PARENT/tenant-NAME/ID}.
 */
final class Groups {
    private static final System.Logger LOG = System.getLogger(Groups.class.getName());

    /** What a tenant's group is called before the tenant's name; no container's id begins so. */
    static final String TENANT = "tenant-";

    private static final Set<String> GUARANTEES = Set.of("memory.min", "memory.low");

    private final CgroupTree tree;
    private final String parent;
    private final ReadWriteLock lock = new ReentrantReadWriteLock(); // written: the parents go
    private final AtomicBoolean used = new AtomicBoolean(true); // an earlier engine may have left it
    private long protectedBytes; // what the parent has now, guarded by tenants
    private final Map<String, Cgroup> tenants = new HashMap<>(); // those that are there, guarded by itself
    private Function<String, Resources> limits = _ -> Resources.NONE;
    private LongSupplier guarantees = () -> 0;
    private Consumer<String> beforePrune = _ -> {};

    /**
     * @param parent the group below which containers get theirs, unless they name another
     */
    Groups(CgroupTree tree, String parent) {
        this.tree = tree;
        this.parent = parent;
    }

    /**
     * Makes tenants known: {@link LocalEngine} does it once.
     *
     * @param limits what a tenant's group must have
     * @param guarantees bytes of memory that all tenants are guaranteed together
     * @param beforePrune is told of a tenant whose group goes, while it can be read
     */
    void join(Function<String, Resources> limits, LongSupplier guarantees, Consumer<String> beforePrune) {
        this.limits = limits;
        this.guarantees = guarantees;
        this.beforePrune = beforePrune;
    }

    CgroupTree tree() {
        return tree;
    }

    String parent() {
        return parent;
    }

    /** The path of a container's group. */
    String path(HostConfig host, @Nullable String tenant, String id) {
        return parentOf(host, tenant) + "/" + id;
    }

    private String parentOf(HostConfig host, @Nullable String tenant) {
        if (tenant != null) {
            return tenantPath(tenant);
        }
        String wanted = host.cgroupParent();
        if (wanted == null || wanted.isEmpty()) {
            return parent;
        }
        return wanted.startsWith("/") ? wanted : parent + "/" + wanted;
    }

    private String tenantPath(String tenant) {
        return parent + "/" + TENANT + tenant;
    }

    Cgroup create(HostConfig host, @Nullable String tenant, String id, Resources resources) {
        lock.readLock().lock();
        try {
            used.set(true);
            if (tenant != null) {
                ensure(tenant);
            }
            Cgroup made = create(parentOf(host, tenant), id, resources);
            cover(host, tenant, resources);
            return made;
        } finally {
            lock.readLock().unlock();
        }
    }

    private Cgroup create(String above, String name, Resources resources) {
        try {
            return tree.create(above, name, resources);
        } catch (KernelException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            tree.open(above + "/" + name).ifPresent(Cgroup::remove); // a killed engine left it
            return tree.create(above, name, resources);
        }
    }

    /**
     * Has the groups above keep the guarantees of memory that a container has got; little to do where it has none. A tenant's
     * group keeps its own: its containers share that out, and cannot get more by asking for more.
     */
    void cover(HostConfig host, @Nullable String tenant, Resources resources) {
        if (tenant != null) {
            return;
        }
        boolean low = resources.memory() != null && resources.memory().reservation() != null;
        boolean min = resources.unified() != null
                && resources.unified().keySet().stream().anyMatch(GUARANTEES::contains);
        if (low || min) {
            synchronized (tenants) {
                // where tenants are guaranteed something too, theirs is not to be taken away
                tree.coverGuarantees(parentOf(host, null), guarantees.getAsLong() == 0 ? parent : null);
            }
        }
    }

    /**
     * Tries limits that this machine may not hold on a group that holds nothing and goes again.
     *
     * @throws EngineException in which the reason is said
     */
    void tryOut(HostConfig host, @Nullable String tenant, String id, Resources resources) {
        Resources asked = GroupResources.unusual(resources);
        if (asked == null) {
            return;
        }
        lock.readLock().lock();
        try {
            used.set(true);
            if (tenant != null) {
                ensure(tenant);
            }
            tree.tryOut(parentOf(host, tenant), "try-" + id, asked);
        } catch (LimitException e) {
            throw refusal(e);
        } catch (KernelException e) {
            throw new EngineException(EngineException.Kind.FAILED, e.getMessage(), e);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** A limit that is not kept, as users are told. */
    static EngineException refusal(LimitException e) {
        EngineException.Kind kind = switch (e.reason()) {
            case INVALID -> EngineException.Kind.INVALID;
            case UNSUPPORTED -> EngineException.Kind.UNSUPPORTED;
            case BUSY -> EngineException.Kind.CONFLICT;
        };
        return new EngineException(kind, e.getMessage(), e);
    }

    // Tenants

    private void ensure(String tenant) {
        synchronized (tenants) {
            if (!tenants.containsKey(tenant)) {
                tenants.put(tenant, makeTenant(tenant, limits.apply(tenant)));
                protect();
            }
        }
    }

    /** The tenant's group, made where it is missing; one that is there keeps what runs in it. */
    private Cgroup makeTenant(String tenant, Resources resources) {
        Optional<Cgroup> there = tree.open(tenantPath(tenant));
        if (there.isEmpty()) {
            return tree.create(parent, TENANT + tenant, resources);
        }
        there.get().update(resources);
        return there.get();
    }

    /**
     * Gives a tenant's group its limits.
     *
     * @param make makes the group where it is missing: the kernel may refuse a limit, and says so only then
     */
    void update(String tenant, Resources resources, boolean make) {
        lock.readLock().lock();
        try {
            synchronized (tenants) {
                used.set(true);
                Cgroup group = tenants.get(tenant);
                if (group != null) {
                    group.update(resources);
                } else if (make) {
                    tenants.put(tenant, makeTenant(tenant, resources));
                }
                protect();
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /** In v2 a group's protection holds as far as the groups above have as much. */
    private void protect() {
        boolean unified = tree.hierarchies()
                .home(Controller.MEMORY)
                .filter(Hierarchy::unified)
                .isPresent();
        if (!unified) {
            return;
        }
        long sum = guarantees.getAsLong();
        if (sum == protectedBytes) {
            return;
        }
        tree.open(parent)
                .ifPresent(group -> group.update(
                        new Resources(null, null, null, null, null, null, Map.of("memory.min", Long.toString(sum)))));
        protectedBytes = sum;
        tree.coverGuarantees(parent, null); // containers of no tenant may be guaranteed something as well
    }

    /** The group of a tenant of which something runs. */
    Optional<Cgroup> tenant(String tenant) {
        synchronized (tenants) {
            return Optional.ofNullable(tenants.get(tenant));
        }
    }

    /** Whether a tenant's group is there, perhaps since an earlier engine. */
    boolean isThere(String tenant) {
        return tree.open(tenantPath(tenant)).isPresent();
    }

    /** A tenant is no more. */
    void forget() {
        lock.readLock().lock();
        try {
            synchronized (tenants) {
                used.set(true); // its group, and the one above, go at the next look
                protect();
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Removes what no record knows of, after an engine that was killed. */
    void clear(Predicate<String> container, Predicate<String> tenant) {
        for (String name : tree.children(parent)) {
            if (!name.startsWith(TENANT)) {
                if (!container.test(name)) {
                    tree.open(parent + "/" + name).ifPresent(Cgroup::remove);
                }
                continue;
            }
            String path = parent + "/" + name;
            for (String below : tree.children(path)) {
                if (!container.test(below)) {
                    tree.open(path + "/" + below).ifPresent(Cgroup::remove);
                }
            }
            if (!tenant.test(name.substring(TENANT.length()))
                    && tree.children(path).isEmpty()) {
                tree.prune(path);
            }
        }
    }

    /** Removes the tenants' groups and the parent, as far as nothing is in them; said when nothing runs. */
    void prune() {
        if (!used.getAndSet(false)) {
            return;
        }
        lock.writeLock().lock();
        try {
            synchronized (tenants) {
                for (String name : tree.children(parent)) {
                    if (name.startsWith(TENANT)) {
                        pruneTenant(name.substring(TENANT.length()));
                    }
                }
            }
            if (tree.children(parent).isEmpty()) {
                tree.prune(parent);
                synchronized (tenants) {
                    protectedBytes = 0;
                }
            } else {
                used.set(true); // a container is being made: look again later
            }
        } catch (RuntimeException e) {
            used.set(true);
            LOG.log(System.Logger.Level.DEBUG, "the group {0} stays: {1}", parent, e.getMessage());
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void pruneTenant(String tenant) {
        String path = tenantPath(tenant);
        if (!tree.children(path).isEmpty()) {
            return;
        }
        Cgroup group = tenants.get(tenant);
        if (group != null) {
            beforePrune.accept(tenant);
        }
        tree.prune(path);
        tenants.remove(tenant);
    }
}
