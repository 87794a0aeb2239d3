package ondol.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The images of an engine. The image {@code host}, the machine's own files, is always there. */
public interface Images {
    /** All images, the newest first. */
    List<ImageDetails> list();

    ImageDetails inspect(String image);

    /** The steps that made it, the newest first. */
    List<HistoryStep> history(String image);

    /** Gives an image a further name, {@code repository[:tag]}. */
    void tag(String image, String reference);

    /**
     * Removes a name and, with the last one, the image.
     *
     * @param parents whether what a build made on its way goes with the last image that was made of it
     * @return what was done, in order
     * @throws EngineException {@code CONFLICT} where a container uses it or, named by id, it has several names, unless
     *     {@code force}
     */
    List<Removal> remove(String image, boolean force, boolean parents);

    /** A name that went ({@code untagged}) or an image or layer that was deleted. Exactly one is not null. */
    record Removal(@Nullable String untagged, @Nullable String deleted) {}

    /**
     * An image of one layer from a tar of a root, plain or compressed by gzip or zstd.
     *
     * @param changes Dockerfile lines, such as {@code CMD ["sh"]}
     * @return the image's id
     */
    String importTar(InputStream tar, @Nullable String reference, @Nullable String message, List<String> changes);

    /**
     * The same from a tar that an address gives.
     *
     * @param address of http or https
     * @param progress can end the fetching
     * @throws EngineException {@code FAILED} where it does not answer 200
     */
    String importFrom(
            String address,
            @Nullable String reference,
            @Nullable String message,
            List<String> changes,
            TransferProgress progress);

    /** An image of one layer from a folder of this machine, which is copied. */
    String importFolder(Path folder, @Nullable String reference);

    /**
     * Writes images as a tar, which {@link #load}, Docker and the tools for OCI image layouts read.
     *
     * @param images names; a repository without a tag stands for all its tags
     * @param format {@code docker-archive}, which is an OCI image layout too, or {@code oci-archive}, which is nothing else
     * @throws EngineException before anything is written, where one of them is not there
     */
    void save(List<String> images, String format, OutputStream tar);

    /**
     * Loads the images of a tar that {@link #save} or another engine's has written, plain or compressed by gzip or zstd.
     *
     * @return what was loaded; where one cannot be, none is
     * @throws EngineException {@code INVALID} where it is no archive of images, a damaged or a hostile one
     */
    List<Loaded> load(InputStream tar, LoadProgress progress);

    /** An image that was loaded: its id and the names, in short form, that the archive gave it. */
    record Loaded(String id, List<String> names) {}

    /** Is told often how far the loading of a part is, in bytes. */
    @FunctionalInterface
    interface LoadProgress {
        void read(String part, long current, long total);
    }

    /** An image's manifest, the JSON as it is kept. */
    byte[] manifest(String image);

    /** By image id: bytes of its layers that other images have too. */
    Map<String, Long> sharedSizes();

    /**
     * Where an image's layers lie, unpacked.
     *
     * @return absolute paths, the highest first; one of them is {@code /} for the machine's own files
     */
    List<String> folders(String image);

    /** Looks at everything that is kept of images, byte by byte. */
    Check check();

    /**
     * What was looked at, and a sentence for each thing that is wrong.
     *
     * @param bytes that were read
     */
    record Check(int images, int layers, int blobs, int snapshots, long bytes, List<String> findings) {}

    /** Bytes of disk that all layers take together. */
    long layersSize();

    /**
     * An image.
     *
     * @param id {@code sha256:…}, the digest of its configuration
     * @param names {@code repository:tag}, in short form
     * @param digests {@code repository@sha256:…}
     * @param tagged when it was last given a name here; null where its names came with it
     * @param config what containers inherit
     * @param layers diff ids, the lowest first
     * @param size bytes of all layers, unpacked
     */
    record ImageDetails(
            String id,
            List<String> names,
            List<String> digests,
            @Nullable String parent,
            Instant created,
            @Nullable Instant tagged,
            String author,
            String comment,
            String architecture,
            @Nullable String variant,
            String os,
            long size,
            ContainerConfig config,
            List<String> layers) {}

    /** A step of an image's making. {@code id} is null for all but the newest. */
    record HistoryStep(
            @Nullable String id, Instant created, String createdBy, List<String> tags, long size, String comment) {}
}
