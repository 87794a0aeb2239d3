package ondol.engine.local;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.linux.KernelException;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.CgroupTree;
import ondol.linux.cgroup.LimitException;
import ondol.linux.cgroup.Resources;

/** The control groups of one root's containers, and the group above them, which is there only while it is needed. */
final class Groups {
    private static final System.Logger LOG = System.getLogger(Groups.class.getName());

    private static final Set<String> GUARANTEES = Set.of("memory.min", "memory.low");

    private final Object guarantees = new Object();
    private final CgroupTree tree;
    private final String parent;
    private final ReadWriteLock lock = new ReentrantReadWriteLock(); // written: the parent goes
    private final AtomicBoolean used = new AtomicBoolean(true); // an earlier engine may have left it

    /**
     * @param parent the group below which containers get theirs, unless they name another
     */
    Groups(CgroupTree tree, String parent) {
        this.tree = tree;
        this.parent = parent;
    }

    CgroupTree tree() {
        return tree;
    }

    String parent() {
        return parent;
    }

    /** The path of a container's group. */
    String path(HostConfig host, String id) {
        return parentOf(host) + "/" + id;
    }

    private String parentOf(HostConfig host) {
        String wanted = host.cgroupParent();
        if (wanted == null || wanted.isEmpty()) {
            return parent;
        }
        return wanted.startsWith("/") ? wanted : parent + "/" + wanted;
    }

    Cgroup create(HostConfig host, String id, Resources resources) {
        lock.readLock().lock();
        try {
            used.set(true);
            Cgroup made = make(host, id, resources);
            cover(host, resources);
            return made;
        } finally {
            lock.readLock().unlock();
        }
    }

    private Cgroup make(HostConfig host, String id, Resources resources) {
        try {
            return tree.create(parentOf(host), id, resources);
        } catch (KernelException e) {
            if (e.errno() != ondol.linux.Errno.EEXIST) {
                throw e;
            }
            tree.open(path(host, id)).ifPresent(Cgroup::remove); // a killed engine left it
            return tree.create(parentOf(host), id, resources);
        }
    }

    /** Has the groups above keep the guarantees of memory that a container has got; little to do where it has none. */
    void cover(HostConfig host, Resources resources) {
        boolean low = resources.memory() != null && resources.memory().reservation() != null;
        boolean min = resources.unified() != null
                && resources.unified().keySet().stream().anyMatch(GUARANTEES::contains);
        if (low || min) {
            synchronized (guarantees) {
                tree.coverGuarantees(parentOf(host), parent);
            }
        }
    }

    /**
     * Tries limits that this machine may not hold on a group that holds nothing and goes again.
     *
     * @throws EngineException in which the reason is said
     */
    void tryOut(HostConfig host, String id, Resources resources) {
        Resources asked = GroupResources.unusual(resources);
        if (asked == null) {
            return;
        }
        lock.readLock().lock();
        try {
            used.set(true);
            tree.tryOut(parentOf(host), "try-" + id, asked);
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

    /** Removes the parent, if nothing is in it; said when nothing runs. */
    void prune() {
        if (!used.getAndSet(false)) {
            return;
        }
        lock.writeLock().lock();
        try {
            if (tree.children(parent).isEmpty()) {
                tree.prune(parent);
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
}
