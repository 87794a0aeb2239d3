package ondol.docker.json;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import ondol.engine.ContainerConfig;
import ondol.engine.EndpointSettings;
import ondol.engine.HostConfig;
import ondol.engine.PortBinding;
import org.jspecify.annotations.Nullable;

/** What the API says and asks about containers. */
public final class ContainerJson {
    private ContainerJson() {}

    /** What a create request says beside the container's configuration, which is the body itself. */
    @Json(naming = Json.Naming.UpperCamel)
    public record CreateExtras(
            @Nullable HostConfig hostConfig, @Nullable NetworkingConfig networkingConfig) {}

    /** The networks that a container is made in: what is asked for in each, by its name or id. */
    @Json(naming = Json.Naming.UpperCamel)
    public record NetworkingConfig(@Nullable Map<String, EndpointSettings> endpointsConfig) {}

    /** The answer to create. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Created(
            @Json.Property("Id") String id,
            @Json.Property("Warnings") List<String> warnings) {}

    /** {@code GET /containers/ID/json}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Inspect(
            @Json.Property("Id") String id,
            @Json.Property("Created") String created,
            @Json.Property("Path") String path,
            @Json.Property("Args") List<String> args,
            @Json.Property("State") State state,
            @Json.Property("Image") String image,
            String resolvConfPath,
            String hostnamePath,
            String hostsPath,
            String logPath,
            @Json.Property("Name") String name,
            int restartCount,
            @Json.Property("Driver") String driver,
            @Json.Property("Platform") String platform,
            String mountLabel,
            String processLabel,
            String appArmorProfile,
            @Json.Property("ExecIDs") @Nullable List<String> execIds,
            HostConfig hostConfig,
            GraphDriver graphDriver,
            @Nullable Long sizeRw,
            @Nullable Long sizeRootFs,
            @Json.Property("Mounts") List<Mount> mounts,
            @Json.Property("Config") ContainerConfig config,
            NetworkSettings networkSettings) {}

    /**
     * A container's state; times are RFC 3339, the year 1 where they have not happened. {@code lostOutput}, beyond Docker's,
     * is bytes that are missing in the log; left out where none are.
     */
    @Json(naming = Json.Naming.UpperCamel)
    public record State(
            @Json.Property("Status") String status,
            @Json.Property("Running") boolean running,
            @Json.Property("Paused") boolean paused,
            @Json.Property("Restarting") boolean restarting,
            @Json.Property("OOMKilled") boolean oomKilled,
            @Json.Property("Dead") boolean dead,
            @Json.Property("Pid") int pid,
            int exitCode,
            @Json.Property("Error") String error,
            String startedAt,
            String finishedAt,
            @Json.Property("Health") @Nullable Health health,
            @Nullable Long lostOutput) {}

    /** Whether it is well; left out where nobody asks. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Health(
            @Json.Property("Status") String status,
            int failingStreak,
            @Json.Property("Log") List<HealthResult> log) {}

    /** One check of it. */
    @Json(naming = Json.Naming.UpperCamel)
    public record HealthResult(
            @Json.Property("Start") String start,
            @Json.Property("End") String end,
            int exitCode,
            @Json.Property("Output") String output) {}

    /** The storage driver and its paths. */
    @Json(naming = Json.Naming.UpperCamel)
    public record GraphDriver(
            @Json.Property("Name") String name,
            @Json.Property("Data") @Nullable Map<String, String> data) {}

    /** A mount that a container has. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Mount(
            @Json.Property("Type") String type,
            @Json.Property("Name") @Nullable String name,
            @Json.Property("Source") String source,
            @Json.Property("Destination") String destination,
            @Json.Property("Driver") @Nullable String driver,
            @Json.Property("Mode") String mode,
            @Json.Property("RW") boolean readWrite,
            @Json.Property("Propagation") String propagation) {}

    /** Where a container is in its networks. */
    @Json(naming = Json.Naming.UpperCamel)
    public record NetworkSettings(
            @Json.Property("Bridge") String bridge,
            @Json.Property("SandboxID") String sandboxId,
            String sandboxKey,
            @Json.Property("Ports") Map<String, List<PortBinding>> ports,
            boolean hairpinMode,
            @Json.Property("EndpointID") String endpointId,
            @Json.Property("Gateway") String gateway,
            @Json.Property("IPAddress") String ipAddress,
            @Json.Property("IPPrefixLen") int ipPrefixLen,
            @Json.Property("IPv6Gateway") String ipv6Gateway,
            @Json.Property("GlobalIPv6Address") String globalIpv6Address,
            @Json.Property("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,
            String macAddress,
            @Json.Property("Networks") Map<String, EndpointSettings> networks) {}

    /** One line of {@code GET /containers/json}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Listed(
            @Json.Property("Id") String id,
            @Json.Property("Names") List<String> names,
            @Json.Property("Image") String image,
            @Json.Property("ImageID") String imageId,
            @Json.Property("Command") String command,
            @Json.Property("Created") long created,
            @Json.Property("Ports") List<Port> ports,
            @Nullable Long sizeRw,
            @Nullable Long sizeRootFs,
            @Json.Property("Labels") Map<String, String> labels,
            @Json.Property("State") String state,
            @Json.Property("Status") String status,
            SummaryHost hostConfig,
            SummaryNetworks networkSettings,
            @Json.Property("Mounts") List<Mount> mounts) {}

    /** The little that a list says of a host configuration. */
    @Json(naming = Json.Naming.UpperCamel)
    public record SummaryHost(
            String networkMode,
            @Json.Property("Annotations") @Nullable Map<String, String> annotations) {}

    /** The little that a list says of networks. */
    @Json(naming = Json.Naming.UpperCamel)
    public record SummaryNetworks(@Json.Property("Networks") Map<String, EndpointSettings> networks) {}

    /** A port of a container and where the host publishes it. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Port(
            @Json.Property("IP") @Nullable String ip,
            int privatePort,
            @Nullable Integer publicPort,
            @Json.Property("Type") String type) {}

    /** How a container ended. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Ended(
            long statusCode,
            @Json.Property("Error") @Nullable EndedError error) {}

    /** Why a wait failed. */
    @Json(naming = Json.Naming.UpperCamel)
    public record EndedError(@Json.Property("Message") String message) {}

    /** Processes of a container. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Processes(
            @Json.Property("Titles") List<String> titles,
            @Json.Property("Processes") List<List<String>> processes) {}

    /** A changed path: 0 modified, 1 added, 2 deleted. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Change(
            @Json.Property("Path") String path,
            @Json.Property("Kind") int kind) {}

    /** What update has to say. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Updated(@Json.Property("Warnings") List<String> warnings) {}

    /** What was pruned. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Pruned(List<String> containersDeleted, long spaceReclaimed) {}

    /** A path of a container, in the header of the archive replies; {@code mode} as Go's {@code os.FileMode} has it. */
    @Json
    public record PathStat(String name, long size, long mode, String mtime, String linkTarget) {}
}
