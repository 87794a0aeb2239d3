package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A further process in a running container; {@code ExecConfig} in Docker's Engine API.
 *
 * @param consoleSize rows, columns
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record ExecConfig(
        @Json.Property("User") @Nullable String user,
        @Json.Property("Privileged") @Nullable Boolean privileged,
        @Json.Property("Tty") @Nullable Boolean tty,
        @Nullable Boolean attachStdin,
        @Nullable Boolean attachStdout,
        @Nullable Boolean attachStderr,
        @Nullable List<Integer> consoleSize,
        @Json.Property("Env") @Nullable List<String> env,
        @Json.Property("Cmd") @Nullable List<String> cmd,
        @Nullable String workingDir,
        @Nullable String detachKeys) {}
