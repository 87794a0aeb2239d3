package ondol.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The containers of an engine: every verb of a container's life. */
public interface Containers {
    /**
     * Makes a container that can be started: its record, its writable layer, its volumes.
     *
     * @param name {@code [a-zA-Z0-9][a-zA-Z0-9_.-]+}; null for a name that the engine makes up
     * @throws EngineException {@code CONFLICT} for a name in use, {@code NOT_FOUND} for the image, {@code INVALID} for
     *     a configuration that makes no sense
     */
    default Created create(@Nullable String name, ContainerConfig config, HostConfig host) {
        return create(name, config, host, Map.of());
    }

    /**
     * The same in networks.
     *
     * @param endpoints what is asked for in each network, by its name or id; where the network mode names one of them too,
     *     that is the first
     */
    Created create(
            @Nullable String name, ContainerConfig config, HostConfig host, Map<String, EndpointSettings> endpoints);

    /** A container that was made, and what the user ought to know about it. */
    record Created(String id, List<String> warnings) {}

    /**
     * Starts a container that is not running. Returns when its command has been executed (the kernel's {@code execve}
     * succeeded).
     *
     * @throws EngineException {@code NOT_MODIFIED} where it runs already, {@code COMMAND_NOT_FOUND},
     *     {@code COMMAND_NOT_EXECUTABLE}
     */
    void start(String container);

    /**
     * Sends the stop signal and, after the time, SIGKILL; returns when the container has ended.
     *
     * @param signal a name or number; null for the container's own
     * @param patience null for the container's own, 10 s without one; negative waits for ever
     * @throws EngineException {@code NOT_MODIFIED} where it does not run
     */
    void stop(String container, @Nullable String signal, @Nullable Duration patience);

    /** {@link #stop} where it runs, then {@link #start}. */
    void restart(String container, @Nullable String signal, @Nullable Duration patience);

    /**
     * Sends a signal to the container's first process; KILL also waits for the end, 30 s at most.
     *
     * @param signal a name or number; null is KILL
     * @throws EngineException {@code CONFLICT} where it does not run
     */
    void kill(String container, @Nullable String signal);

    /**
     * Freezes all of the container's processes; returns when they stand.
     *
     * @throws EngineException {@code CONFLICT} where it does not run, or is paused already
     */
    void pause(String container);

    /** @throws EngineException {@code CONFLICT} where it is not paused */
    void unpause(String container);

    /**
     * Gives a container another name, also while it runs.
     *
     * @param name as for {@link #create}
     * @throws EngineException {@code CONFLICT} for a name in use
     */
    void rename(String container, String name);

    /**
     * Changes limits and the restart policy, also while it runs: what is null in {@code changes} stays.
     *
     * @return what the kernel took and does not keep, a sentence each
     * @throws EngineException {@code INVALID}, {@code UNSUPPORTED} or {@code CONFLICT} for a limit that cannot be had; then
     *     nothing changes
     */
    List<String> update(String container, HostConfig changes);

    /**
     * Removes a container and all that is its own.
     *
     * @param force ends it first, where it runs
     * @param volumes removes its anonymous volumes too
     * @throws EngineException {@code CONFLICT} where it runs, or is paused
     */
    void remove(String container, boolean force, boolean volumes);

    /** All that is known of one container. */
    ContainerDetails inspect(String container);

    /** {@link ContainerDetails} of all containers, the newest first. */
    List<ContainerDetails> list();

    /** Bytes of the writable layer, and of it with the image's layers; counted now, file by file. */
    Sizes sizes(String container);

    /** Disk use in bytes. */
    record Sizes(long writable, long root) {}

    /**
     * Where a container's files lie on this machine, in the words of Docker's overlay2: {@code LowerDir} (the highest first,
     * between colons), {@code UpperDir}, {@code WorkDir}, and while it runs {@code MergedDir}.
     */
    Map<String, String> folders(String container);

    /** What a wait waits for. */
    enum WaitCondition {
        /** Not running now, or as soon as it ends. */
        NOT_RUNNING,
        /** The next end, although it is not running now. */
        NEXT_EXIT,
        /** Gone altogether. */
        REMOVED,
        /**
         * Running and found healthy, or only running where it has no health check: completes with 0, and exceptionally
         * with {@code CONFLICT} once it is unhealthy or has ended. Docker has no such condition.
         */
        HEALTHY
    }

    /** Completes with the exit code once the condition holds; {@link CompletableFuture#cancel} gives up. */
    CompletableFuture<Integer> await(String container, WaitCondition condition);

    /** Connects to a container's output and input, also before it is started. */
    Attachment attach(String container, AttachOptions options);

    /** Sets the size of the container's terminal. */
    void resize(String container, int rows, int columns);

    /** What the container wrote: the kept output, then, if asked, what follows until it ends. */
    OutputReader logs(String container, LogOptions options);

    /** What it uses now; nothing where it does not run. */
    ContainerStats stats(String container);

    /** What it uses, again each second, also while it does not run; to be closed. */
    StatsReader followStats(String container);

    /** The processes, as {@code ps} with these arguments titles and lists them. Only {@code -ef}-like columns are known. */
    Processes top(String container, @Nullable String arguments);

    /** Titles and rows. */
    record Processes(List<String> titles, List<List<String>> rows) {}

    /** What differs from the image, by path. */
    List<Change> changes(String container);

    /** A changed path. */
    record Change(Kind kind, String path) {
        /** In the order of the numbers that Docker's API uses for them. */
        public enum Kind {
            MODIFIED,
            ADDED,
            DELETED
        }
    }

    /** Writes the container's whole root as an uncompressed tar. */
    void export(String container, OutputStream tar);

    /** What {@code ls} would say of a path in a container. */
    PathStat stat(String container, String path);

    /** Writes a file or folder of a container as a tar whose entries begin with the path's last name. */
    PathStat copyOut(String container, String path, OutputStream tar);

    /**
     * Unpacks a tar into a folder of a container.
     *
     * @param noOverwriteDirNonDir refuses to put a folder where a file is, and a file where a folder is
     * @param keepOwners keeps the tar's owners; else all belongs to root
     */
    void copyIn(String container, String path, InputStream tar, boolean noOverwriteDirNonDir, boolean keepOwners);

    /** A path's name, size in bytes, mode as Go's {@code os.FileMode} has it, time and link target. */
    record PathStat(String name, long size, long mode, java.time.Instant modified, String linkTarget) {}

    /**
     * Makes a container's changes an image.
     *
     * @param over what the image's configuration has in place of the container's, or beside it (variables, labels, ports,
     *     volumes); null for nothing
     * @param changes Dockerfile lines, such as {@code CMD ["sh"]}
     * @param pause freezes it meanwhile
     * @return the image's id
     */
    String commit(
            String container,
            @Nullable ContainerConfig over,
            @Nullable String reference,
            @Nullable String author,
            @Nullable String message,
            List<String> changes,
            boolean pause);

    /** The same with the container's configuration as it is. */
    default String commit(
            String container,
            @Nullable String reference,
            @Nullable String author,
            @Nullable String message,
            List<String> changes,
            boolean pause) {
        return commit(container, null, reference, author, message, changes, pause);
    }

    /** The plan of a container that is not started: each call, and whether it serves root, namespace or limit. */
    String explain(String container);
}
