package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container is, whatever machine it runs on: its command and what the command sees. The words and shapes are those
 * of {@code ContainerConfig} in Docker's Engine API, so that the record file, the wire and this library are one thing. A
 * null is "not said": the image's value, or Docker's default, holds.
 *
 * @param hostname the name in the container's uts namespace; null for the short id
 * @param user {@code user[:group]}, names or numbers
 * @param exposedPorts keys such as {@code 80/tcp}
 * @param tty a pseudo terminal instead of pipes
 * @param openStdin keep stdin open although nobody is attached
 * @param stdinOnce close stdin when the first attached client goes
 * @param env {@code NAME=value}; a NAME alone removes it
 * @param image the image as the user named it
 * @param volumes keys are paths that get an anonymous volume
 * @param stopTimeout seconds
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record ContainerConfig(
        @Json.Property("Hostname") @Nullable String hostname,
        @Json.Property("Domainname") @Nullable String domainname,
        @Json.Property("User") @Nullable String user,
        @Nullable Boolean attachStdin,
        @Nullable Boolean attachStdout,
        @Nullable Boolean attachStderr,
        @Nullable Map<String, Map<String, String>> exposedPorts,
        @Json.Property("Tty") @Nullable Boolean tty,
        @Nullable Boolean openStdin,
        @Nullable Boolean stdinOnce,
        @Json.Property("Env") @Nullable List<String> env,
        @Json.Property("Cmd") @Nullable List<String> cmd,
        @Json.Property("Healthcheck") @Nullable Healthcheck healthcheck,
        @Nullable Boolean argsEscaped,
        @Json.Property("Image") @Nullable String image,
        @Json.Property("Volumes") @Nullable Map<String, Map<String, String>> volumes,
        @Nullable String workingDir,
        @Json.Property("Entrypoint") @Nullable List<String> entrypoint,
        @Nullable Boolean networkDisabled,
        @Nullable String macAddress,
        @Nullable List<String> onBuild,
        @Json.Property("Labels") @Nullable Map<String, String> labels,
        @Nullable String stopSignal,
        @Nullable Integer stopTimeout,
        @Json.Property("Shell") @Nullable List<String> shell) {}
