package ondol.image.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import ondol.image.Contents;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.Layer;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.Reference;

/**
 * One push of one tag. Layers that are kept as plain tars are compressed first, in the store, so that nobody pays for them
 * by the network; all else is sent as it is, so that digests stay what they were.
 */
final class Push {
    private static final long TICK = 100;

    private final ImageStore store;
    private final Contents contents;
    private final Image image;
    private final Upload upload;
    private final Reference name;
    private final Progress progress;
    private final int uploads;

    Push(
            ImageStore store,
            Contents contents,
            Image image,
            Upload upload,
            Reference name,
            int uploads,
            Progress progress) {
        this.store = store;
        this.image = image;
        this.contents = contents;
        this.upload = upload;
        this.name = name;
        this.uploads = uploads;
        this.progress = progress;
    }

    private record Sending(String id, Descriptor blob, AtomicLong sent, Future<Upload.Done> done) {}

    RegistryClient.RemoteManifest run() throws IOException {
        List<Descriptor> all = contents.of(image);
        List<Layer> layers = image.layers();
        layers.reversed().stream()
                .map(layer -> layer.diffId().brief())
                .distinct()
                .forEach(id -> progress.status(id, "Preparing"));
        if (contents.isPlain(image)) {
            // who may not push learns it before the work
            config(all.get(1));
            all = Compressing.run(contents, image, progress);
        }
        Descriptor manifest = all.getFirst();
        List<Descriptor> blobs = all.subList(2, all.size());
        ExecutorService workers = Executors.newFixedThreadPool(
                uploads, Thread.ofPlatform().daemon().name("ondol-push-", 0).factory());
        try {
            Map<String, Sending> sendings = new LinkedHashMap<>();
            for (int i = blobs.size() - 1; i >= 0; i--) {
                Descriptor blob = blobs.get(i);
                String id = layers.get(i).diffId().brief();
                if (!sendings.containsKey(blob.digest())) {
                    AtomicLong sent = new AtomicLong();
                    sendings.put(blob.digest(), new Sending(id, blob, sent, workers.submit(() -> layer(blob, sent))));
                }
            }
            follow(new ArrayList<>(sendings.values()));
            config(all.get(1));
        } finally {
            workers.shutdownNow();
            join(() -> workers.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS));
        }
        Digest digest = Digest.parse(manifest.digest());
        byte[] bytes = contents.read(digest);
        upload.manifest(manifest.mediaType(), bytes, String.valueOf(name.tag()));
        store.pushed(image.id(), digest, name);
        progress.status("", "%s: digest: %s size: %d".formatted(name.tag(), manifest.digest(), bytes.length));
        return new RegistryClient.RemoteManifest(manifest.mediaType(), digest, bytes);
    }

    private void config(Descriptor described) throws IOException {
        byte[] config = contents.read(image.id());
        upload.send(described, () -> new ByteArrayInputStream(config), List.of(), new AtomicLong());
    }

    private Upload.Done layer(Descriptor blob, AtomicLong sent) throws IOException {
        Digest digest = Digest.parse(blob.digest());
        return upload.send(blob, () -> contents.open(digest), store.otherRepositories(name, blob.digest()), sent);
    }

    private void follow(List<Sending> open) throws IOException {
        while (!open.isEmpty()) {
            for (Sending sending : List.copyOf(open)) {
                if (sending.done().isDone()) {
                    open.remove(sending);
                    progress.status(sending.id(), words(get(sending, 0)));
                } else if (sending.sent().get() > 0) {
                    progress.bytes(
                            sending.id(),
                            "Pushing",
                            sending.sent().get(),
                            sending.blob().size());
                }
            }
            if (progress.cancelled()) {
                throw new ImageException(ImageException.Kind.FAILED, "the push was given up");
            }
            if (!open.isEmpty()) {
                get(open.getFirst(), TICK);
            }
        }
    }

    private static String words(Upload.@org.jspecify.annotations.Nullable Done done) {
        if (done == null) {
            return "Pushed";
        }
        return switch (done.outcome()) {
            case EXISTS -> "Layer already exists";
            case MOUNTED -> "Mounted from " + done.from();
            case SENT -> "Pushed";
        };
    }

    private Upload.@org.jspecify.annotations.Nullable Done get(Sending sending, long milliseconds) throws IOException {
        try {
            return sending.done().get(milliseconds, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new java.io.InterruptedIOException("interrupted").initCause(e);
        } catch (ExecutionException e) {
            String what = "layer %s of %s: ".formatted(Pull.brief(sending.blob()), name.familiar());
            switch (e.getCause()) {
                case ImageException known when known.kind() == ImageException.Kind.DENIED -> throw known;
                case ImageException known -> throw new ImageException(known.kind(), what + known.getMessage(), known);
                case RefusedException known -> throw known;
                case null, default ->
                    throw ImageException.failed(what + "it could not be sent", e.getCause() == null ? e : e.getCause());
            }
        }
    }

    interface Waiting {
        void await() throws InterruptedException;
    }

    /** Waits for threads that have been told to end, also where this one is told so. */
    static void join(Waiting waiting) {
        boolean interrupted = false;
        while (true) {
            try {
                waiting.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
