package ondol.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Further processes in running containers. */
public interface Execs {
    /**
     * Prepares a process; returns its id, which is known until five minutes after the process's end, and where nobody starts
     * it, until the container's.
     *
     * @throws EngineException {@code NOT_FOUND} for the container, {@code CONFLICT} where it does not run
     */
    String create(String container, ExecConfig config);

    /**
     * Starts it.
     *
     * @param options null to leave it alone (detached); else what to connect to, from its first byte on
     * @param consoleSize rows and columns, null for the default
     * @return the connection; null where detached
     * @throws EngineException {@code CONFLICT} where it was started before or the container does not run, {@code
     *     COMMAND_NOT_FOUND}, {@code COMMAND_NOT_EXECUTABLE}
     */
    @Nullable
    Attachment start(String exec, @Nullable AttachOptions options, @Nullable List<Integer> consoleSize);

    /** Says how large the client's terminal is, in characters; nothing without a terminal. */
    void resize(String exec, int rows, int columns);

    /** @throws EngineException {@code NOT_FOUND} for an id that is not known, or not any more */
    ExecDetails inspect(String exec);

    /** Completes with the exit code when it ends. */
    CompletableFuture<Integer> await(String exec);

    /** All that is known of an exec. {@code exitCode} is null until it ended; {@code pid} is 0 before the start. */
    record ExecDetails(
            String id,
            String containerId,
            boolean running,
            @Nullable Integer exitCode,
            int pid,
            ExecConfig config) {}
}
