package ondol.docker;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import ondol.engine.ContainerConfig;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.LogConfig;
import ondol.engine.RestartPolicy;
import org.jspecify.annotations.Nullable;

/** Configurations as inspect shows them: what was not said has the value that it means. */
final class Defaults {
    private static final long SHM_SIZE = 64L << 20;

    private Defaults() {}

    private static <T> T or(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }

    /** Docker's clients say nothing with an empty text too. */
    private static String orEmpty(@Nullable String value, String otherwise) {
        return value == null || value.isEmpty() ? otherwise : value;
    }

    private static String text(@Nullable String value) {
        return or(value, "");
    }

    /** @param id the container's, for its host name; empty for an image's configuration */
    static ContainerConfig fill(ContainerConfig c, String id) {
        String shortId = id.substring(0, Math.min(12, id.length()));
        return ContainerConfigBuilder.builder(c)
                .hostname(orEmpty(c.hostname(), shortId))
                .domainname(text(c.domainname()))
                .user(text(c.user()))
                .attachStdin(or(c.attachStdin(), false))
                .attachStdout(or(c.attachStdout(), false))
                .attachStderr(or(c.attachStderr(), false))
                .tty(or(c.tty(), false))
                .openStdin(or(c.openStdin(), false))
                .stdinOnce(or(c.stdinOnce(), false))
                .env(or(c.env(), List.of()))
                .image(text(c.image()))
                .workingDir(text(c.workingDir()))
                .labels(or(c.labels(), Map.of()))
                .build();
    }

    static HostConfig fill(HostConfig h) {
        HostConfigBuilder filled = HostConfigBuilder.builder(h);
        resources(h, filled);
        lists(h, filled);
        return filled.containerIDFile(text(h.containerIDFile()))
                .logConfig(log(h.logConfig()))
                .networkMode(network(h))
                .portBindings(or(h.portBindings(), Map.of()))
                .restartPolicy(restart(h.restartPolicy()))
                .autoRemove(or(h.autoRemove(), false))
                .volumeDriver(text(h.volumeDriver()))
                .consoleSize(or(h.consoleSize(), List.of(0, 0)))
                .cgroupnsMode(orEmpty(h.cgroupnsMode(), "private"))
                .ipcMode(orEmpty(h.ipcMode(), "private"))
                .cgroup(text(h.cgroup()))
                .oomScoreAdj(or(h.oomScoreAdj(), 0))
                .pidMode(text(h.pidMode()))
                .privileged(or(h.privileged(), false))
                .publishAllPorts(or(h.publishAllPorts(), false))
                .readonlyRootfs(or(h.readonlyRootfs(), false))
                .utsMode(text(h.utsMode()))
                .usernsMode(text(h.usernsMode()))
                .shmSize(or(nonZero(h.shmSize()), SHM_SIZE))
                .runtime(orEmpty(h.runtime(), "ondol"))
                .isolation(text(h.isolation()))
                .maskedPaths(paths(h, h.maskedPaths(), HostConfig.MASKED_PATHS))
                .readonlyPaths(paths(h, h.readonlyPaths(), HostConfig.READONLY_PATHS))
                .build();
    }

    /** None with {@code --privileged}, which Docker tells as null, and with {@code systempaths=unconfined}. */
    private static @Nullable List<String> paths(HostConfig h, @Nullable List<String> said, List<String> otherwise) {
        if (or(h.privileged(), false)) {
            return null;
        }
        return or(h.securityOpt(), List.of()).contains("systempaths=unconfined") ? List.of() : or(said, otherwise);
    }

    private static void resources(HostConfig h, HostConfigBuilder filled) {
        filled.cpuShares(or(h.cpuShares(), 0L))
                .memory(or(h.memory(), 0L))
                .cgroupParent(text(h.cgroupParent()))
                .blkioWeight(or(h.blkioWeight(), 0))
                .cpuPeriod(or(h.cpuPeriod(), 0L))
                .cpuQuota(or(h.cpuQuota(), 0L))
                .cpuRealtimePeriod(or(h.cpuRealtimePeriod(), 0L))
                .cpuRealtimeRuntime(or(h.cpuRealtimeRuntime(), 0L))
                .cpusetCpus(text(h.cpusetCpus()))
                .cpusetMems(text(h.cpusetMems()))
                .memoryReservation(or(h.memoryReservation(), 0L))
                .memorySwap(or(h.memorySwap(), 0L))
                .nanoCpus(or(h.nanoCpus(), 0L))
                .oomKillDisable(or(h.oomKillDisable(), false));
    }

    private static void lists(HostConfig h, HostConfigBuilder filled) {
        filled.dns(list(h, HostConfig::dns))
                .dnsOptions(list(h, HostConfig::dnsOptions))
                .dnsSearch(list(h, HostConfig::dnsSearch))
                .devices(or(h.devices(), List.of()))
                .blkioWeightDevice(or(h.blkioWeightDevice(), List.of()))
                .blkioDeviceReadBps(or(h.blkioDeviceReadBps(), List.of()))
                .blkioDeviceWriteBps(or(h.blkioDeviceWriteBps(), List.of()))
                .blkioDeviceReadIOps(or(h.blkioDeviceReadIOps(), List.of()))
                .blkioDeviceWriteIOps(or(h.blkioDeviceWriteIOps(), List.of()))
                .ulimits(or(h.ulimits(), List.of()));
    }

    private static List<String> list(HostConfig h, Function<HostConfig, @Nullable List<String>> field) {
        return or(field.apply(h), List.of());
    }

    private static String network(HostConfig h) {
        String mode = text(h.networkMode());
        return mode.isEmpty() || mode.equals("default") ? "bridge" : mode;
    }

    private static LogConfig log(@Nullable LogConfig log) {
        return log == null
                ? new LogConfig("local", Map.of())
                : new LogConfig(orEmpty(log.type(), "local"), or(log.config(), Map.of()));
    }

    private static @Nullable Long nonZero(@Nullable Long value) {
        return value == null || value == 0 ? null : value;
    }

    private static RestartPolicy restart(@Nullable RestartPolicy policy) {
        String name = policy == null ? "" : text(policy.name());
        int count = policy == null ? 0 : or(policy.maximumRetryCount(), 0);
        return new RestartPolicy(name.isEmpty() ? "no" : name, count);
    }
}
