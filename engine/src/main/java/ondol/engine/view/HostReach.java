package ondol.engine.view;

import static ondol.engine.view.TenantView.denied;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.LogConfig;
import ondol.engine.MountSpec;
import ondol.engine.Ulimit;
import org.jspecify.annotations.Nullable;

/** Refuses what reaches the machine or other tenants, and makes names of containers those of own ones. */
final class HostReach {
    /** Capabilities that containers have anyway. */
    private static final Set<String> USUAL = Set.of(
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "NET_BIND_SERVICE",
            "NET_RAW",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT");

    private static final Set<String> SECURITY =
            Set.of("no-new-privileges", "no-new-privileges:true", "no-new-privileges=true", "seccomp=builtin");

    /** Of these, a container can have more than its tenant's share: the real-time scheduler knows no shares. */
    private static final Set<String> ULIMITS = Set.of("rtprio", "rttime", "nice", "memlock", "msgqueue");

    private final OwnContainers containers;
    private final OwnVolumes volumes;

    HostReach(OwnContainers containers, OwnVolumes volumes) {
        this.containers = containers;
        this.volumes = volumes;
    }

    /** @return the same with own containers' ids for names */
    HostConfig check(HostConfig host) {
        rights(host);
        namespaces(host);
        resources(host);
        binds(host.binds());
        mounts(host.mounts());
        log(host.logConfig());
        return HostConfigBuilder.builder(host)
                .networkMode(joined(host.networkMode()))
                .pidMode(joined(host.pidMode()))
                .ipcMode(joined(host.ipcMode()))
                .volumesFrom(from(host.volumesFrom()))
                .links(links(host.links()))
                .build();
    }

    private static void rights(HostConfig host) {
        no(Boolean.TRUE.equals(host.privileged()), "--privileged");
        for (String capability : list(host.capAdd())) {
            String name = capability.toUpperCase(Locale.ROOT);
            no(!USUAL.contains(name.startsWith("CAP_") ? name.substring(4) : name), "--cap-add " + capability);
        }
        for (String option : list(host.securityOpt())) {
            no(!SECURITY.contains(option), "--security-opt " + option);
        }
        no(!list(host.devices()).isEmpty(), "--device");
        no(!list(host.deviceCgroupRules()).isEmpty(), "--device-cgroup-rule");
        no(host.maskedPaths() != null || host.readonlyPaths() != null, "unmasked or writable paths of the kernel");
        no(said(host.isolation()) && !"default".equals(host.isolation()), "--isolation " + host.isolation());
        no(said(host.runtime()) && !"ondol".equals(host.runtime()), "--runtime " + host.runtime());
    }

    private static void namespaces(HostConfig host) {
        no("host".equals(host.networkMode()), "--network host");
        no("host".equals(host.pidMode()), "--pid host");
        no("host".equals(host.ipcMode()), "--ipc host");
        no("host".equals(host.utsMode()), "--uts host");
        no("host".equals(host.usernsMode()), "--userns host");
        no("host".equals(host.cgroupnsMode()), "--cgroupns host");
        no(said(host.cgroup()), "a container's control group");
    }

    private static void resources(HostConfig host) {
        no(said(host.cgroupParent()), "--cgroup-parent");
        no(positive(host.cpuRealtimePeriod()) || positive(host.cpuRealtimeRuntime()), "real-time scheduling");
        no(host.oomScoreAdj() != null && host.oomScoreAdj() < 0, "--oom-score-adj below 0");
        no(Boolean.TRUE.equals(host.oomKillDisable()), "--oom-kill-disable");
        no(positive(host.memoryGuarantee()), "--memory-guarantee"); // a tenant shares out what it is guaranteed itself
        no(host.cgroupConf() != null && !host.cgroupConf().isEmpty(), "--cgroup-conf");
        for (Ulimit limit : list(host.ulimits())) {
            no(ULIMITS.contains(limit.name()), "--ulimit " + limit.name());
        }
    }

    /** A server would be asked with the engine's rights. */
    private static void log(@Nullable LogConfig log) {
        String driver = log == null ? "" : Objects.requireNonNullElse(log.type(), "");
        no(!List.of("", "local", "json-file", "none").contains(driver), "the log driver " + driver);
    }

    private void binds(@Nullable List<String> binds) {
        for (String bind : list(binds)) {
            String source = bind.substring(0, Math.max(0, bind.indexOf(':')));
            no(source.startsWith("/") || source.startsWith(".") || source.startsWith("~"), "the folder " + source);
            if (!source.isEmpty()) {
                volumes.claim(source);
            }
        }
    }

    private void mounts(@Nullable List<MountSpec> mounts) {
        for (MountSpec mount : list(mounts)) {
            String type = Objects.requireNonNullElse(mount.type(), "");
            no(!type.equals("volume") && !type.equals("tmpfs"), "a mount of type " + type);
            no(
                    mount.volumeOptions() != null
                            && mount.volumeOptions().driverConfig() != null
                            && mount.volumeOptions().driverConfig().options() != null
                            && !mount.volumeOptions().driverConfig().options().isEmpty(),
                    "a volume with options");
            String source = mount.source();
            if (type.equals("volume") && said(source)) {
                volumes.claim(Objects.requireNonNull(source));
            }
        }
    }

    private @Nullable String joined(@Nullable String mode) {
        return mode == null || !mode.startsWith("container:")
                ? mode
                : "container:" + containers.own(mode.substring("container:".length()));
    }

    private @Nullable List<String> from(@Nullable List<String> others) {
        if (others == null) {
            return null;
        }
        List<String> own = new ArrayList<>();
        for (String other : others) {
            int colon = other.indexOf(':');
            String name = colon < 0 ? other : other.substring(0, colon);
            own.add(containers.own(name) + (colon < 0 ? "" : other.substring(colon)));
        }
        return own;
    }

    private @Nullable List<String> links(@Nullable List<String> links) {
        for (String link : list(links)) {
            int colon = link.indexOf(':');
            containers.own(colon < 0 ? link : link.substring(0, colon));
        }
        return links;
    }

    private static void no(boolean asked, String what) {
        if (asked) {
            throw denied(what);
        }
    }

    private static boolean said(@Nullable String text) {
        return text != null && !text.isEmpty();
    }

    private static boolean positive(@Nullable Long number) {
        return number != null && number > 0;
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
