package ondol.image.registry;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import ondol.image.ImageStore;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;

/** All layers that are on their way, so that two pulls of one layer share it. */
final class LayerPulls {
    private final ImageStore store;
    private final Semaphore downloads;
    private final Semaphore unpackers =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors()), true);
    private final Map<String, LayerPull> running = new HashMap<>();

    LayerPulls(ImageStore store, int downloads) {
        this.store = store;
        this.downloads = new Semaphore(downloads, true);
    }

    /** The one that is running for this blob, or a new one. */
    LayerPull join(Repository repository, Session session, Descriptor blob, Digest diffId) {
        while (true) {
            LayerPull other;
            synchronized (this) {
                running.values().removeIf(LayerPull::isOver);
                other = running.get(blob.digest());
                if (other == null) {
                    LayerPull pull = new LayerPull(store, repository, session, downloads, unpackers, blob, diffId);
                    running.put(blob.digest(), pull);
                    pull.join();
                    pull.start();
                    return pull;
                }
                boolean same = other.diffId().equals(diffId) && other.blob().size() == blob.size();
                if (same && other.join()) {
                    return other;
                }
            }
            // being given up, or of an image that says something else of this blob: one file, one writer
            other.awaitEnd();
        }
    }
}
