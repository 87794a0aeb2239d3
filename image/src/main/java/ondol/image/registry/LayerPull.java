package ondol.image.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import ondol.image.Arrival;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.Intake;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import org.jspecify.annotations.Nullable;

/** One layer on its way from a registry to an unpacked folder, for all pulls that want it. Runs on a thread of its own. */
final class LayerPull {
    /** How far it is, in Docker's words. */
    enum State {
        WAITING("Waiting"),
        DOWNLOADING("Downloading"),
        EXTRACTING("Extracting"),
        COMPLETE("Pull complete"),
        EXISTS("Already exists"),
        FAILED("");

        final String words;

        State(String words) {
            this.words = words;
        }
    }

    private static final int BUFFER = 128 << 10;
    /** A connection that says nothing for so long, in milliseconds, is given up. */
    private static final long SILENCE = 45_000;

    private final ImageStore store;
    private final Repository repository;
    private final Session session;
    private final Semaphore downloads;
    private final Semaphore unpackers;
    private final Descriptor blob;
    private final Digest diffId;
    private final Thread thread;
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private volatile State state = State.WAITING;
    private volatile @Nullable Arrival arrival;
    private volatile Arrival.@Nullable Reader reader;
    private volatile @Nullable InputStream body;
    private volatile boolean downloaded;
    private long seen;
    private long seenAt = System.nanoTime();
    private int users;

    LayerPull(
            ImageStore store,
            Repository repository,
            Session session,
            Semaphore downloads,
            Semaphore unpackers,
            Descriptor blob,
            Digest diffId) {
        this.store = store;
        this.repository = repository;
        this.session = session;
        this.downloads = downloads;
        this.unpackers = unpackers;
        this.blob = blob;
        this.diffId = diffId;
        this.thread = Thread.ofPlatform().daemon().name("ondol-pull").unstarted(this::run);
    }

    Descriptor blob() {
        return blob;
    }

    Digest diffId() {
        return diffId;
    }

    void start() {
        thread.start();
    }

    /** One more pull wants it; false where it is being given up. */
    synchronized boolean join() {
        if (users < 0 || done.isCompletedExceptionally()) {
            return false;
        }
        users++;
        return true;
    }

    /** A pull does not want it any more; the last one ends it. */
    synchronized void leave() {
        if (--users == 0 && !done.isDone()) {
            users = -1;
            thread.interrupt();
        }
    }

    /** Whether its thread has ended. */
    boolean isOver() {
        return done.isDone() && !thread.isAlive();
    }

    /** Waits until nothing of it runs. */
    void awaitEnd() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until it is done, at most some milliseconds. */
    void await(long milliseconds) throws InterruptedException {
        try {
            done.get(milliseconds, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // asked for by the caller
        }
    }

    boolean isDone() {
        return done.isDone();
    }

    /** What went wrong; null where nothing did. */
    @Nullable
    Throwable failure() {
        try {
            done.getNow(true);
            return null;
        } catch (CompletionException e) {
            return e.getCause();
        }
    }

    State state() {
        return state == State.DOWNLOADING && downloaded ? State.EXTRACTING : state;
    }

    /** Bytes of the blob that were fetched or, while extracting, unpacked. */
    long current() {
        Arrival now = arrival;
        Arrival.Reader read = reader;
        if (state() == State.EXTRACTING) {
            return read == null ? 0 : read.position();
        }
        return now == null ? 0 : now.received();
    }

    /** Gives up a connection that has been silent for too long; what is missing is asked for again. */
    void watch() {
        Arrival now = arrival;
        InputStream open = body;
        long received = now == null ? 0 : now.received();
        if (open == null || received != seen) {
            seen = received;
            seenAt = System.nanoTime();
        } else if (System.nanoTime() - seenAt > SILENCE * 1_000_000) {
            seenAt = System.nanoTime();
            close(open);
        }
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            // it was of no use any more
        }
    }

    @SuppressWarnings("CatchingUnchecked") // whatever it is, those who wait must hear of it
    private void run() {
        try (Intake intake = store.intake()) {
            Digest digest = Digest.parse(blob.digest());
            if (intake.has(blob, diffId)) {
                state = State.EXISTS;
            } else {
                if (intake.isWhole(digest)) {
                    state = State.EXTRACTING;
                    try (InputStream in = intake.open(digest)) {
                        unpack(intake, in);
                    }
                } else {
                    fetch(intake);
                }
                state = State.COMPLETE;
            }
            done.complete(true);
        } catch (Exception | Error e) {
            state = State.FAILED;
            done.completeExceptionally(e);
        }
    }

    /** Where an earlier attempt left damaged bytes, all is fetched once more. */
    private void fetch(Intake intake) throws IOException {
        boolean damaged = attempt(intake);
        if (damaged) {
            damaged = attempt(intake);
        }
        if (damaged) {
            throw new IOException("the layer's file changed while it was read");
        }
    }

    /** @return whether what an earlier attempt left was damaged */
    private boolean attempt(Intake intake) throws IOException {
        downloaded = false;
        try (Arrival arriving = intake.arrival(blob)) {
            arrival = arriving;
            reader = arriving.read();
            CompletableFuture<Boolean> unpacked = new CompletableFuture<>();
            Thread unpacker = null;
            acquire(downloads);
            try {
                state = State.DOWNLOADING;
                unpacker = Thread.ofPlatform()
                        .daemon()
                        .name("ondol-unpack")
                        .start(() -> unpack(intake, arriving, unpacked));
                download(arriving);
                arriving.complete();
                downloaded = true;
            } catch (IOException | RuntimeException e) {
                boolean damaged = arriving.found() > 0
                        && e instanceof ImageException
                        && !Thread.currentThread().isInterrupted();
                arriving.fail(
                        e instanceof ImageException known ? known : ImageException.failed("the layer did not come", e));
                if (unpacker != null) {
                    unpacker.interrupt();
                }
                join(unpacker);
                if (damaged) {
                    return true;
                }
                throw e;
            } finally {
                body = null;
                downloads.release();
            }
            await(unpacked, arriving, unpacker);
            return false;
        }
    }

    private void unpack(Intake intake, Arrival arriving, CompletableFuture<Boolean> unpacked) {
        try {
            Arrival.Reader read = arriving.read();
            reader = read;
            unpack(intake, read);
            unpacked.complete(true);
        } catch (IOException | RuntimeException | Error e) {
            unpacked.completeExceptionally(e);
        }
    }

    private void unpack(Intake intake, InputStream in) throws IOException {
        acquire(unpackers);
        try {
            intake.unpack(in, diffId);
        } finally {
            unpackers.release();
        }
    }

    private static void await(CompletableFuture<Boolean> unpacked, Arrival arriving, Thread unpacker)
            throws IOException {
        try {
            unpacked.get();
        } catch (InterruptedException e) {
            unpacker.interrupt();
            arriving.fail(ImageException.failed("given up", e));
            join(unpacker);
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("interrupted").initCause(e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException known -> throw known;
                case RuntimeException known -> throw known;
                case Error known -> throw known;
                case null, default -> throw new IOException(e);
            }
        }
    }

    private static void join(@Nullable Thread thread) {
        boolean interrupted = false;
        while (thread != null && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                thread.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void acquire(Semaphore permits) throws InterruptedIOException {
        try {
            permits.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
        }
    }

    private void download(Arrival arriving) throws IOException {
        int failures = 0;
        while (arriving.received() < blob.size()) {
            long before = arriving.received();
            try {
                Repository.Bytes bytes = repository.blob(blob, before);
                body = bytes.body();
                try (InputStream in = bytes.body()) {
                    in.skipNBytes(before - bytes.from());
                    copy(in, arriving);
                }
                if (arriving.received() < blob.size()) {
                    throw new IOException("the connection was closed after %d of %d bytes"
                            .formatted(arriving.received(), blob.size()));
                }
            } catch (IOException e) {
                failures = arriving.received() > before ? 1 : failures + 1;
                if (Session.isFinal(e)
                        || failures >= Session.ATTEMPTS
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                session.pause(failures, "");
            }
        }
    }

    private static void copy(InputStream in, Arrival arriving) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            arriving.write(buffer, 0, read);
        }
    }
}
