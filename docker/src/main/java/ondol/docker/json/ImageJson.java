package ondol.docker.json;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import ondol.engine.ContainerConfig;
import org.jspecify.annotations.Nullable;

/** What the API says about images. */
public final class ImageJson {
    private ImageJson() {}

    /** One line of {@code GET /images/json}. Sizes are bytes; -1 is "not counted". */
    @Json(naming = Json.Naming.UpperCamel)
    public record Summary(
            @Json.Property("Id") String id,
            String parentId,
            List<String> repoTags,
            List<String> repoDigests,
            @Json.Property("Created") long created,
            @Json.Property("Size") long size,
            long sharedSize,
            @Nullable Long virtualSize,
            @Json.Property("Labels") @Nullable Map<String, String> labels,
            @Json.Property("Containers") long containers,
            @Json.Property("Manifests") @Nullable List<ManifestSummary> manifests) {}

    /** {@code GET /images/NAME/json}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Inspect(
            @Json.Property("Id") String id,
            List<String> repoTags,
            List<String> repoDigests,
            @Json.Property("Parent") String parent,
            @Json.Property("Comment") String comment,
            @Json.Property("Created") String created,
            String dockerVersion,
            @Json.Property("Author") String author,
            @Json.Property("Config") ContainerConfig config,
            @Json.Property("Architecture") String architecture,
            @Json.Property("Variant") @Nullable String variant,
            @Json.Property("Os") String os,
            @Json.Property("Size") long size,
            @Nullable Long virtualSize,
            ContainerJson.GraphDriver graphDriver,
            @Json.Property("RootFS") RootFs rootFs,
            @Json.Property("Metadata") Metadata metadata) {}

    /** The layers, by the digests of their tars. */
    @Json(naming = Json.Naming.UpperCamel)
    public record RootFs(
            @Json.Property("Type") String type,
            @Json.Property("Layers") List<String> layers) {}

    /** What is known of an image on this machine only. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Metadata(String lastTagTime) {}

    /** A step of an image's making. */
    @Json(naming = Json.Naming.UpperCamel)
    public record HistoryStep(
            @Json.Property("Id") String id,
            @Json.Property("Created") long created,
            String createdBy,
            @Json.Property("Tags") @Nullable List<String> tags,
            @Json.Property("Size") long size,
            @Json.Property("Comment") String comment) {}

    /** What removing did: one of both is said. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Removal(
            @Json.Property("Untagged") @Nullable String untagged,
            @Json.Property("Deleted") @Nullable String deleted) {}

    /** What was pruned. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Pruned(List<Removal> imagesDeleted, long spaceReclaimed) {}

    /** A line of a progress stream. */
    @Json
    public record Progress(
            @Nullable String status,
            @Nullable String error,
            @Nullable ErrorDetail errorDetail) {}

    /** A line of text in a progress stream. */
    @Json
    public record Said(String stream) {}

    /** How far a part is. */
    @Json
    public record Loading(String status, ProgressDetail progressDetail, String progress, String id) {}

    /** Bytes. */
    @Json
    public record ProgressDetail(long current, long total) {}

    /** One image of {@code GET /images/json?manifests=1}: this engine keeps one platform of each. */
    @Json(naming = Json.Naming.UpperCamel)
    public record ManifestSummary(
            @Json.Property("ID") String id,
            @Json.Property("Descriptor") ManifestDescriptor descriptor,
            @Json.Property("Available") boolean available,
            @Json.Property("Kind") String kind,
            @Json.Property("Size") ManifestSize size,
            ImageData imageData) {}

    /** What a manifest is. */
    @Json
    public record ManifestDescriptor(String mediaType, String digest, long size) {}

    /** Bytes of an image: all there is, and what is packed. */
    @Json(naming = Json.Naming.UpperCamel)
    public record ManifestSize(
            @Json.Property("Total") long total,
            @Json.Property("Content") long content) {}

    /** An image of one platform. */
    @Json(naming = Json.Naming.UpperCamel)
    public record ImageData(
            @Json.Property("Platform") Platform platform,
            @Json.Property("Containers") List<String> containers,
            @Json.Property("Size") Unpacked size) {}

    /** What machine an image is for. */
    @Json
    public record Platform(
            String architecture, String os, @Nullable String variant) {}

    /** What machine an image is wanted for (OCI image specification, platform). */
    @Json
    public record WantedPlatform(
            @Nullable String architecture,
            @Nullable String os,
            @Nullable String variant) {}

    /** Bytes of an image's files. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Unpacked(@Json.Property("Unpacked") long unpacked) {}

    /** {@code GET /ondol/system/check}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Check(
            @Json.Property("Images") int images,
            @Json.Property("Layers") int layers,
            @Json.Property("Blobs") int blobs,
            @Json.Property("Snapshots") int snapshots,
            @Json.Property("Bytes") long bytes,
            @Json.Property("Findings") List<String> findings) {}

    /** Why a stream of progress ended early. */
    @Json
    public record ErrorDetail(String message) {}
}
