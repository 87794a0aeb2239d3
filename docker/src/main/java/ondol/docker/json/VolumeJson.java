package ondol.docker.json;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the API says and asks about volumes. */
public final class VolumeJson {
    private VolumeJson() {}

    /** The body of {@code POST /volumes/create}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Create(
            @Json.Property("Name") @Nullable String name,
            @Json.Property("Driver") @Nullable String driver,
            @Nullable Map<String, String> driverOpts,
            @Json.Property("Labels") @Nullable Map<String, String> labels) {}

    /** A volume. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Volume(
            String createdAt,
            @Json.Property("Driver") String driver,
            @Json.Property("Labels") Map<String, String> labels,
            @Json.Property("Mountpoint") String mountpoint,
            @Json.Property("Name") String name,
            @Json.Property("Options") Map<String, String> options,
            @Json.Property("Scope") String scope,
            @Nullable Usage usageData) {}

    /** How many containers use a volume, and its bytes. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Usage(@Json.Property("Size") long size, long refCount) {}

    /** {@code GET /volumes}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Volumes(
            @Json.Property("Volumes") List<Volume> volumes,
            @Json.Property("Warnings") @Nullable List<String> warnings) {}

    /** What was pruned. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Pruned(List<String> volumesDeleted, long spaceReclaimed) {}
}
