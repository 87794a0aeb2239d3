package ondol.oci.image;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the containers of an image inherit (OCI image specification, config, with Docker's additions). Null is "not said".
 *
 * @param user {@code user[:group]}
 * @param exposedPorts keys such as {@code 80/tcp}; the values are empty
 * @param env {@code NAME=value}
 * @param volumes keys are paths; the values are empty
 * @param healthcheck Docker's
 * @param argsEscaped Docker's, for Windows
 * @param onBuild Docker's
 * @param shell Docker's
 */
// the one-word names are written out: the generator's UpperCamel would put them in capitals altogether
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record ExecutionConfig(
        @Json.Property("User") @Nullable String user,
        @Nullable Map<String, Map<String, String>> exposedPorts,
        @Json.Property("Env") @Nullable List<String> env,
        @Json.Property("Entrypoint") @Nullable List<String> entrypoint,
        @Json.Property("Cmd") @Nullable List<String> cmd,
        @Json.Property("Volumes") @Nullable Map<String, Map<String, String>> volumes,
        @Nullable String workingDir,
        @Json.Property("Labels") @Nullable Map<String, String> labels,
        @Nullable String stopSignal,
        @Json.Property("Healthcheck") @Nullable HealthConfig healthcheck,
        @Nullable Boolean argsEscaped,
        @Nullable List<String> onBuild,
        @Json.Property("Shell") @Nullable List<String> shell) {
    /** Says nothing. */
    public static final ExecutionConfig EMPTY =
            new ExecutionConfig(null, null, null, null, null, null, null, null, null, null, null, null, null);
}
