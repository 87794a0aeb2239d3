package ondol.image;

import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import ondol.linux.KernelException;
import ondol.oci.image.Digest;

/**
 * Brings to disk what was written, behind the answers: {@code syncfs} waits for whatever else is being written on the
 * filesystem, which may be seconds.
 */
final class Syncer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Syncer.class.getName());

    private final Folders folders;
    private final Set<Digest> unsynced;
    private final Runnable synced;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("ondol-sync").factory());

    /**
     * @param unsynced images are taken out of it when they are on disk
     * @param synced runs then
     */
    Syncer(Folders folders, Set<Digest> unsynced, Runnable synced) {
        this.folders = folders;
        this.synced = synced;
        this.unsynced = unsynced;
    }

    /** Everything in the set is to be on disk soon. */
    void soon() {
        if (!unsynced.isEmpty() && waiting.compareAndSet(false, true)) {
            try {
                worker.execute(this::sync);
            } catch (RejectedExecutionException e) {
                LOG.log(System.Logger.Level.DEBUG, "closing: the next start syncs");
            }
        }
    }

    private void sync() {
        waiting.set(false);
        Set<Digest> before = Set.copyOf(unsynced);
        try {
            folders.sync();
            unsynced.removeAll(before);
            synced.run();
        } catch (KernelException | UncheckedIOException | IllegalStateException e) {
            LOG.log(System.Logger.Level.WARNING, "images may not be on disk: {0}", e.getMessage());
        }
    }

    /** Waits for nothing: what is not synced is marked so in the index. */
    @Override
    public void close() {
        worker.shutdownNow();
    }
}
