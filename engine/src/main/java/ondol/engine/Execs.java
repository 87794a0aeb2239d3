package ondol.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Further processes in running containers. */
public interface Execs {
    /** Prepares a process; returns its id. */
    String create(String container, ExecConfig config);

    /**
     * Starts it.
     *
     * @param options null to leave it alone (detached); else what to connect to, from its first byte on
     * @param consoleSize rows and columns, null for the default
     * @return the connection; null where detached
     */
    @Nullable
    Attachment start(String exec, @Nullable AttachOptions options, @Nullable List<Integer> consoleSize);

    void resize(String exec, int rows, int columns);

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
