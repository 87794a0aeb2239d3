package ondol.engine.local;

import java.util.concurrent.CompletableFuture;
import ondol.engine.ExecConfig;
import ondol.engine.Execs.ExecDetails;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Kernel;
import ondol.linux.keeper.Minder;
import org.jspecify.annotations.Nullable;

/** A further process in a container. Known to this engine only: an execution does not outlive the engine that asked. */
final class Execution {
    final String id;
    final Container container;
    final ExecConfig config;
    final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> served = new CompletableFuture<>();
    private volatile @Nullable Minder minder;
    private volatile int pid;
    private boolean begun; // guarded by this

    Execution(String id, Container container, ExecConfig config) {
        this.id = id;
        this.container = container;
        this.config = config;
    }

    /** Whether the caller is the one that starts it. */
    synchronized boolean begin() {
        boolean first = !begun;
        begun = true;
        return first;
    }

    void runs(Minder made) {
        minder = made;
        pid = made.pid();
    }

    /** Whoever wanted its streams has them. */
    void served() {
        served.complete(null);
    }

    /** Lets the minder go, once nobody wants anything of it any more: the process may end while its start still goes on. */
    void forget() {
        served.thenRun(() -> {
            Minder last = minder;
            if (last != null) {
                last.forget();
            }
        });
    }

    /** Kills the process, if it runs. */
    void kill() {
        Minder made = minder;
        Descriptor process = made == null ? null : made.process();
        try {
            if (process != null) {
                Kernel.raw(Call.PIDFD_SEND_SIGNAL, process.number(), Signals.KILL, 0, 0);
            }
        } catch (IllegalStateException e) {
            // its descriptor was closed: it has ended
        }
    }

    @Nullable
    Minder minder() {
        return minder;
    }

    ExecDetails details() {
        boolean over = ended.isDone();
        Integer code = over ? ended.getNow(0) : null;
        return new ExecDetails(id, container.id(), pid != 0 && !over, code, pid, config);
    }
}
