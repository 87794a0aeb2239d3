package ondol.docker.json;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the API says about the engine and its machine. */
public final class SystemJson {
    private SystemJson() {}

    /** What went wrong. */
    @Json
    public record Message(String message) {}

    /** The id of something that was made. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Id(@Json.Property("Id") String id) {}

    /** {@code GET /version}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Version(
            @Json.Property("Platform") Named platform,
            @Json.Property("Components") List<Component> components,
            @Json.Property("Version") String version,
            String apiVersion,
            @Json.Property("MinAPIVersion") String minApiVersion,
            String gitCommit,
            String goVersion,
            @Json.Property("Os") String os,
            @Json.Property("Arch") String arch,
            String kernelVersion,
            String buildTime) {}

    /** A name alone. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Named(@Json.Property("Name") String name) {}

    /** A part and its version. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Component(
            @Json.Property("Name") String name,
            @Json.Property("Version") String version,
            @Json.Property("Details") Map<String, String> details) {}

    /** {@code GET /info}. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Info(
            @Json.Property("ID") String id,
            @Json.Property("Containers") int containers,
            int containersRunning,
            int containersPaused,
            int containersStopped,
            @Json.Property("Images") int images,
            @Json.Property("Driver") String driver,
            List<List<String>> driverStatus,
            @Json.Property("Plugins") Plugins plugins,
            boolean memoryLimit,
            boolean swapLimit,
            boolean cpuCfsPeriod,
            boolean cpuCfsQuota,
            @Json.Property("CPUShares") boolean cpuShares,
            @Json.Property("CPUSet") boolean cpuSet,
            boolean pidsLimit,
            @Json.Property("IPv4Forwarding") boolean ipv4Forwarding,
            @Json.Property("Debug") boolean debug,
            @Json.Property("NFd") int descriptors,
            boolean oomKillDisable,
            @Json.Property("NGoroutines") int goroutines,
            String systemTime,
            String loggingDriver,
            String cgroupDriver,
            String cgroupVersion,
            @Json.Property("NEventsListener") int eventListeners,
            String kernelVersion,
            String operatingSystem,
            @Json.Property("OSVersion") String osVersion,
            @Json.Property("OSType") String osType,
            @Json.Property("Architecture") String architecture,
            String indexServerAddress,
            RegistryConfig registryConfig,
            @Json.Property("NCPU") int processors,
            long memTotal,
            String dockerRootDir,
            String httpProxy,
            String httpsProxy,
            String noProxy,
            @Json.Property("Name") String name,
            @Json.Property("Labels") List<String> labels,
            boolean experimentalBuild,
            String serverVersion,
            @Json.Property("Runtimes") Map<String, Runtime> runtimes,
            String defaultRuntime,
            @Json.Property("Swarm") Swarm swarm,
            boolean liveRestoreEnabled,
            @Json.Property("Isolation") String isolation,
            String initBinary,
            Commit containerdCommit,
            Commit runcCommit,
            Commit initCommit,
            List<String> securityOptions,
            @Json.Property("CDISpecDirs") List<String> cdiSpecDirs,
            boolean bridgeNfIptables,
            boolean bridgeNfIp6tables,
            @Json.Property("KernelMemoryTCP") boolean kernelMemoryTcp,
            @Nullable List<String> genericResources,
            @Json.Property("Warnings") List<String> warnings) {}

    /** What the engine can be given. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Plugins(
            @Json.Property("Volume") List<String> volume,
            @Json.Property("Network") List<String> network,
            @Json.Property("Authorization") @Nullable List<String> authorization,
            @Json.Property("Log") List<String> log) {}

    /** Which registries are trusted without TLS. */
    @Json(naming = Json.Naming.UpperCamel)
    public record RegistryConfig(
            @Json.Property("InsecureRegistryCIDRs") List<String> insecureRegistryCidrs,
            Map<String, Index> indexConfigs,
            @Json.Property("Mirrors") List<String> mirrors) {}

    /** A registry that is known by name. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Index(
            @Json.Property("Name") String name,
            @Json.Property("Mirrors") List<String> mirrors,
            @Json.Property("Secure") boolean secure,
            @Json.Property("Official") boolean official) {}

    /** A runtime. */
    @Json
    public record Runtime(String path) {}

    /** Always off. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Swarm(
            @Json.Property("NodeID") String nodeId,
            String nodeAddr,
            String localNodeState,
            boolean controlAvailable,
            @Json.Property("Error") String error,
            @Nullable List<String> remoteManagers) {}

    /** The commit of a part. */
    @Json(naming = Json.Naming.UpperCamel)
    public record Commit(
            @Json.Property("ID") String id,
            @Json.Property("Expected") String expected) {}

    /** Something that happened. */
    @Json
    public record Event(
            @Nullable String status,
            @Nullable String id,
            @Nullable String from,
            @Json.Property("Type") String type,
            @Json.Property("Action") String action,
            @Json.Property("Actor") Actor actor,
            String scope,
            long time,
            long timeNano) {}

    /** What it happened to. */
    @Json
    public record Actor(
            @Json.Property("ID") String id,
            @Json.Property("Attributes") Map<String, String> attributes) {}

    /** {@code GET /system/df}; what was not asked for is left out. */
    @Json(naming = Json.Naming.UpperCamel)
    public record DiskUsage(
            @Nullable Long layersSize,
            @Json.Property("Images") @Nullable List<ImageJson.Summary> images,
            @Json.Property("Containers") @Nullable List<ContainerJson.Listed> containers,
            @Json.Property("Volumes") @Nullable List<VolumeJson.Volume> volumes,
            @Nullable List<String> buildCache) {}
}
