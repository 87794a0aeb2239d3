package ondol.image;

import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.KernelException;

/**
 * Where big things go to be deleted: moved in at once, deleted by a thread behind. What a killed process left is deleted
 * by the next.
 */
final class Trash implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Trash.class.getName());

    private final Descriptor folder;
    private final AtomicLong number = new AtomicLong(System.nanoTime());
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("ondol-trash").factory());

    Trash(Path path) {
        folder = Files.open(path.toString(), Files.O_PATH | Files.O_DIRECTORY);
        Trees.names(folder).forEach(this::deleteLater);
    }

    /** Moves a name of a folder here; content where there is none. */
    void take(Descriptor from, String name) {
        if (Files.lstatIfThere(from, name) == null) {
            return;
        }
        String here = Long.toString(number.getAndIncrement(), 36);
        Files.renameat2(from, name, folder, here, 0);
        deleteLater(here);
    }

    private void deleteLater(String name) {
        try {
            worker.execute(() -> delete(name));
        } catch (RejectedExecutionException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing: {0} is deleted by the next start", name);
        }
    }

    private void delete(String name) {
        try {
            Trees.delete(folder, name);
        } catch (KernelException | IllegalStateException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot delete {0}: {1}", name, e.getMessage());
        }
    }

    /** Stops after what is being deleted now; the next start deletes the rest. */
    @Override
    public void close() {
        worker.shutdownNow();
        try {
            if (worker.awaitTermination(10, TimeUnit.SECONDS)) {
                folder.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
