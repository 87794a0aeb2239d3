package ondol.image.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import ondol.image.Contents;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.oci.image.Descriptor;
import org.jspecify.annotations.Nullable;

/** Has the plain layers of an image compressed before it is pushed, and tells how that goes on. */
final class Compressing {
    private static final long TICK = 100;

    private record At(String id, long done, long size) {}

    private final AtomicReference<@Nullable At> at = new AtomicReference<>();
    private final Progress progress;
    private final FutureTask<List<Descriptor>> work;

    private Compressing(Contents contents, Image image, Progress progress) {
        this.progress = progress;
        this.work = new FutureTask<>(() ->
                contents.compress(image, (diffId, done, size) -> at.set(new At(diffId.brief(), done, size))));
    }

    /** Returns what {@link Contents#of} tells of the image then. */
    static List<Descriptor> run(Contents contents, Image image, Progress progress) throws IOException {
        return new Compressing(contents, image, progress).run();
    }

    private List<Descriptor> run() throws IOException {
        Thread worker = Thread.ofPlatform().daemon().name("ondol-push-gzip").start(work);
        try {
            List<Descriptor> done = null;
            while (done == null) {
                done = await();
            }
            return done;
        } finally {
            worker.interrupt();
            Push.join(() -> worker.join());
        }
    }

    private @Nullable List<Descriptor> await() throws IOException {
        try {
            return work.get(TICK, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            At now = at.get();
            if (now != null) {
                progress.bytes(now.id(), "Preparing", now.done(), now.size());
            }
            if (progress.cancelled()) {
                throw new ImageException(ImageException.Kind.FAILED, "the push was given up", e);
            }
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ImageException known) {
                throw known;
            }
            throw ImageException.failed("cannot compress the image's layers", e.getCause() == null ? e : e.getCause());
        }
    }
}
