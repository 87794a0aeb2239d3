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
        @Nullable String user,
        @Nullable Boolean privileged,
        @Nullable Boolean tty,
        @Nullable Boolean attachStdin,
        @Nullable Boolean attachStdout,
        @Nullable Boolean attachStderr,
        @Nullable List<Integer> consoleSize,
        @Nullable List<String> env,
        @Nullable List<String> cmd,
        @Nullable String workingDir,
        @Nullable String detachKeys) {}
