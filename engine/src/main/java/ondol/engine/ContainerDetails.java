package ondol.engine;

import io.avaje.recordbuilder.RecordBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that is known of a container at one moment.
 *
 * @param id 64 hexadecimal digits
 * @param imageId {@code sha256:…}
 * @param imageName as the user gave it
 * @param path the command, resolved from entrypoint and cmd; {@code args} its arguments
 * @param config with the image's values filled in
 * @param logPath the file that holds its output
 * @param networks its place in each network, by the network's name; without addresses where it does not run
 * @param ports where its ports are published now, such as {@code 80/tcp}; an empty list where one is only exposed
 */
@RecordBuilder
public record ContainerDetails(
        String id,
        String name,
        Instant created,
        String imageId,
        String imageName,
        String path,
        List<String> args,
        ContainerConfig config,
        HostConfig host,
        State state,
        int restartCount,
        List<MountPoint> mounts,
        List<String> execIds,
        String hostnamePath,
        String hostsPath,
        String resolvConfPath,
        String logPath,
        Map<String, EndpointSettings> networks,
        Map<String, List<PortBinding>> ports) {

    /** Where a container is in its life. */
    public enum Status {
        CREATED,
        RUNNING,
        PAUSED,
        RESTARTING,
        REMOVING,
        EXITED,
        DEAD
    }

    /**
     * A container's state. {@code pid} is 0 where it does not run; {@code error} is empty or why the last start failed;
     * times are null until they happened; {@code health} is null where it is not checked, or was never started;
     * {@code lostOutput} are bytes of the present or last run that could not be written to the log (a full disk).
     */
    public record State(
            Status status,
            boolean oomKilled,
            int pid,
            int exitCode,
            String error,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt,
            @Nullable Health health,
            long lostOutput) {
        /** Running, paused or restarting. */
        public boolean active() {
            return status == Status.RUNNING || status == Status.PAUSED || status == Status.RESTARTING;
        }
    }

    /** A mount that a container has: {@code type} is bind, volume or tmpfs; {@code name} is a volume's. */
    public record MountPoint(
            String type,
            @Nullable String name,
            String source,
            String destination,
            String driver,
            String mode,
            boolean readWrite,
            String propagation) {}
}
