package ondol.oci.image;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image's configuration (OCI image specification, config). Its digest is the image's id.
 *
 * @param created RFC 3339
 * @param config what containers inherit
 * @param comment Docker's: the message of a commit or import
 */
@Json(naming = Json.Naming.LowerUnderscore)
public record ImageConfig(
        @Nullable String created,
        @Nullable String author,
        @Nullable String comment,
        @Nullable String architecture,
        @Nullable String variant,
        @Nullable String os,
        @Json.Property("os.version") @Nullable String osVersion,
        @Json.Property("os.features") @Nullable List<String> osFeatures,
        @Nullable ExecutionConfig config,
        @Nullable RootFs rootfs,
        @Nullable List<History> history) {
    /** {@link #config()}, empty where the image says nothing. */
    public ExecutionConfig execution() {
        return config == null ? ExecutionConfig.EMPTY : config;
    }

    /** The layers' diff ids, the lowest first. */
    public List<String> diffIds() {
        return rootfs == null || rootfs.diffIds() == null ? List.of() : rootfs.diffIds();
    }

    /** The steps of its making, the oldest first. */
    public List<History> steps() {
        return history == null ? List.of() : history;
    }
}
