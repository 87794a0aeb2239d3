package ondol.docker.json;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the API says and asks about execs. */
public final class ExecJson {
    private ExecJson() {}

    /** The body of {@code POST /exec/ID/start}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Start(
            @Json.Property("Detach") @Nullable Boolean detach,
            @Json.Property("Tty") @Nullable Boolean tty,
            @Nullable List<Integer> consoleSize) {}

    /** {@code GET /exec/ID/json}; {@code exitCode} is null while it runs. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Inspect(
            @Json.Property("ID") String id,
            @Json.Property("Running") boolean running,
            @Nullable Integer exitCode,
            Process processConfig,
            boolean openStdin,
            boolean openStderr,
            boolean openStdout,
            boolean canRemove,
            @Json.Property("ContainerID") String containerId,
            String detachKeys,
            @Json.Property("Pid") int pid) {}

    /** What an exec runs. */
    @Json
    public record Process(boolean tty, String entrypoint, List<String> arguments, boolean privileged, String user) {}
}
