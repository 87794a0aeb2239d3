package ondol.engine.local;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import ondol.engine.EngineException;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Kernel;
import ondol.linux.keeper.Keeper;
import ondol.linux.keeper.Minder;
import ondol.oci.runtime.IdMapping;
import ondol.runtime.IdMaps;

/**
 * The ranges of users and groups that containers with a user namespace have each for itself. Which one a container has
 * stands in its record, so that its files are its own for as long as it is there.
 */
final class UserRanges implements AutoCloseable {
    /** So many ids are in one range. */
    static final int SIZE = 65536;

    private static final int PR_SET_SECUREBITS = 28;
    private static final int SECBIT_NO_SETUID_FIXUP = 1 << 2;
    private static final long BEGIN = 524288;
    private static final long END = (1L << 32) - SIZE; // the last number means "no user"

    private final Registry registry;
    private final Keeper keeper;
    private final Set<Long> reserved = new HashSet<>();
    private final Map<Long, Descriptor> maps = new HashMap<>();

    UserRanges(Registry registry, Keeper keeper) {
        this.registry = registry;
        this.keeper = keeper;
    }

    /** The lowest free range, until {@link #release}, when the record that names it is registered or given up. */
    synchronized long reserve() {
        Set<Long> taken = new HashSet<>(reserved);
        for (Container container : registry.all()) {
            Long first = container.record().firstId();
            if (first != null) {
                taken.add(first);
            }
        }
        for (long first = BEGIN; first < END; first += SIZE) {
            if (!taken.contains(first)) {
                reserved.add(first);
                return first;
            }
        }
        throw EngineException.conflict("all ranges of user ids are taken: remove containers with --userns=auto");
    }

    synchronized void release(long first) {
        reserved.remove(first);
    }

    static List<IdMapping> mappings(long first) {
        return List.of(new IdMapping(0, first, SIZE));
    }

    /** A user namespace with a range's map, for idmapped mounts. It stays open here. */
    synchronized int map(long first) {
        return maps.computeIfAbsent(first, this::open).number();
    }

    /** Opens the namespace of a process that waits at its gate, and ends it by not letting it pass. */
    private Descriptor open(long first) {
        List<IdMapping> ids = mappings(first);
        Descriptor[] opened = new Descriptor[1];
        try {
            keeper.make(IdMaps.holder(ids, ids), List.of(), new Deaf(), pid -> {
                opened[0] = Files.open("/proc/" + pid + "/ns/user", Files.O_RDONLY);
                throw new Opened();
            });
        } catch (Opened e) {
            return opened[0];
        }
        throw new IllegalStateException("a process went through its closed gate");
    }

    /** Ends the holder once its namespace is open. */
    private static final class Opened extends RuntimeException {
        private static final long serialVersionUID = 1;

        Opened() {
            super("opened", null, false, false);
        }
    }

    /**
     * Does something with files as who is user 0 of a range, for on idmapped mounts nobody else can make any. It is done by
     * a thread that is thrown away with the rights it took on.
     */
    static <T> T as(long first, Supplier<T> action) {
        if (first == 0) {
            return action.get();
        }
        CompletableFuture<T> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("ondol-mapped").start(() -> {
            try {
                Kernel.call(
                        Call.PRCTL,
                        "PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP",
                        PR_SET_SECUREBITS,
                        SECBIT_NO_SETUID_FIXUP,
                        0,
                        0,
                        0);
                Kernel.raw(Call.SETFSGID, first);
                Kernel.raw(Call.SETFSUID, first);
                done.complete(action.get());
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        try {
            return done.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** Hears nothing: the holder never runs. */
    private static final class Deaf implements Minder.Listener {
        @Override
        public void output(int file, long offset) {}

        @Override
        public void exited(int status, long time) {}

        @Override
        public void lost() {}
    }

    @Override
    public synchronized void close() {
        maps.values().forEach(Descriptor::close);
        maps.clear();
    }
}
