package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.DefaultValue;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a container runs on this machine: its limits, mounts, namespaces and rights. The words and shapes are those of
 * {@code HostConfig} in Docker's Engine API (without what only Windows has). A null is "not said".
 *
 * @param cpuShares 1024 is one share
 * @param memory bytes; 0 is unlimited
 * @param blkioWeight 10 to 1000; 0 is unset
 * @param cpuPeriod microseconds
 * @param cpuQuota microseconds per period
 * @param cpusetCpus such as {@code 0-2,4}
 * @param deviceCgroupRules such as {@code c 13:* rmw}
 * @param memoryReservation bytes
 * @param memorySwap bytes of memory and swap together; -1 unlimited
 * @param memorySwappiness 0 to 100; -1 or null is unset
 * @param nanoCpus 10^9 is one processor
 * @param init run a small init as process 1
 * @param pidsLimit 0 and -1 are unlimited
 * @param binds {@code source:target[:options]}
 * @param networkMode {@code default}, {@code none}, {@code host}, {@code container:ID} or a network's name
 * @param consoleSize rows, columns
 * @param cgroupnsMode {@code private} or {@code host}
 * @param extraHosts {@code name:address}
 * @param ipcMode {@code private}, {@code shareable}, {@code none}, {@code host}, {@code container:ID}
 * @param pidMode empty, {@code host} or {@code container:ID}
 * @param securityOpt {@code no-new-privileges}, {@code seccomp=…}, {@code systempaths=unconfined}
 * @param tmpfs path to mount options
 * @param utsMode empty or {@code host}
 * @param usernsMode empty, {@code host} or {@code auto}
 * @param shmSize bytes; 0 is 64 MiB
 * @param isolation empty or {@code default}: all namespaces; {@code chroot}: a root of its own and nothing else
 * @param maskedPaths null for the default list
 * @param readonlyPaths null for the default list
 * @param cpuBurst Ondol's own, as all that follow: microseconds that unused quota may gather, at most the quota
 * @param cpuIdle run only when nothing else wants the processor
 * @param memoryHigh bytes above which the kernel slows the container down and reclaims, but kills nothing; v2 only; -1
 *     unlimited
 * @param memoryGuarantee bytes that the kernel never takes from the container ({@code memory.min}); v2 only; -1 none
 * @param memoryOomGroup where memory is at an end all of the container is killed, not one process; v2 only
 * @param hugetlbLimits page size, such as {@code 2MB}, to bytes
 * @param cgroupConf file of the v2 group, such as {@code memory.high}, to what is written to it
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record HostConfig(
        @Nullable Long cpuShares,
        @Json.Property("Memory") @Nullable Long memory,
        @Nullable String cgroupParent,
        @Nullable Integer blkioWeight,
        @Nullable List<WeightDevice> blkioWeightDevice,
        @Nullable List<ThrottleDevice> blkioDeviceReadBps,
        @Nullable List<ThrottleDevice> blkioDeviceWriteBps,
        @Json.Property("BlkioDeviceReadIOps") @Nullable List<ThrottleDevice> blkioDeviceReadIOps,
        @Json.Property("BlkioDeviceWriteIOps") @Nullable List<ThrottleDevice> blkioDeviceWriteIOps,
        @Nullable Long cpuPeriod,
        @Nullable Long cpuQuota,
        @Nullable Long cpuRealtimePeriod,
        @Nullable Long cpuRealtimeRuntime,
        @Nullable String cpusetCpus,
        @Nullable String cpusetMems,
        @Json.Property("Devices") @Nullable List<DeviceMapping> devices,
        @Nullable List<String> deviceCgroupRules,
        @Nullable Long memoryReservation,
        @Nullable Long memorySwap,
        @Nullable Long memorySwappiness,
        @Nullable Long nanoCpus,
        @Nullable Boolean oomKillDisable,
        @Json.Property("Init") @Nullable Boolean init,
        @Nullable Long pidsLimit,
        @Json.Property("Ulimits") @Nullable List<Ulimit> ulimits,
        @Json.Property("Binds") @Nullable List<String> binds,
        @Json.Property("ContainerIDFile") @Nullable String containerIDFile,
        @Nullable LogConfig logConfig,
        @Nullable String networkMode,
        @Nullable Map<String, List<PortBinding>> portBindings,
        @Nullable RestartPolicy restartPolicy,
        @Nullable Boolean autoRemove,
        @Nullable String volumeDriver,
        @Nullable List<String> volumesFrom,
        @Json.Property("Mounts") @Nullable List<MountSpec> mounts,
        @Nullable List<Integer> consoleSize,
        @Json.Property("Annotations") @Nullable Map<String, String> annotations,
        @Nullable List<String> capAdd,
        @Nullable List<String> capDrop,
        @Nullable String cgroupnsMode,
        @Json.Property("Dns") @Nullable List<String> dns,
        @Nullable List<String> dnsOptions,
        @Nullable List<String> dnsSearch,
        @Nullable List<String> extraHosts,
        @Nullable List<String> groupAdd,
        @Nullable String ipcMode,
        @Json.Property("Cgroup") @Nullable String cgroup,
        @Json.Property("Links") @Nullable List<String> links,
        @Nullable Integer oomScoreAdj,
        @Nullable String pidMode,
        @Json.Property("Privileged") @Nullable Boolean privileged,
        @Nullable Boolean publishAllPorts,
        @Nullable Boolean readonlyRootfs,
        @Nullable List<String> securityOpt,
        @Nullable Map<String, String> storageOpt,
        @Json.Property("Tmpfs") @Nullable Map<String, String> tmpfs,
        @Json.Property("UTSMode") @Nullable String utsMode,
        @Nullable String usernsMode,
        @Nullable Long shmSize,
        @Json.Property("Sysctls") @Nullable Map<String, String> sysctls,
        @Json.Property("Runtime") @Nullable String runtime,
        @Json.Property("Isolation") @Nullable String isolation,
        @DefaultValue("null") @Nullable List<String> maskedPaths,
        @DefaultValue("null") @Nullable List<String> readonlyPaths,
        @Nullable Long cpuBurst,
        @Nullable Boolean cpuIdle,
        @Nullable Long memoryHigh,
        @Nullable Long memoryGuarantee,
        @Nullable Boolean memoryOomGroup,
        @Nullable Map<String, Long> hugetlbLimits,
        @Nullable Map<String, String> cgroupConf,
        @Nullable List<DeviceRequest> deviceRequests) {
    /** Paths that a container does not see, unless it says otherwise: they tell of the machine. */
    public static final List<String> MASKED_PATHS = List.of(
            "/proc/asound",
            "/proc/acpi",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");

    /** Paths that a container cannot change, unless it says otherwise: they change the machine. */
    public static final List<String> READONLY_PATHS =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
}
