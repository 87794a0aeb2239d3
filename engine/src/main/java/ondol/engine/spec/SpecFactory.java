package ondol.engine.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import ondol.engine.ContainerConfig;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.linux.Capability;
import ondol.oci.runtime.ConsoleSize;
import ondol.oci.runtime.Linux;
import ondol.oci.runtime.LinuxBuilder;
import ondol.oci.runtime.Process;
import ondol.oci.runtime.ProcessBuilder;
import ondol.oci.runtime.Root;
import ondol.oci.runtime.Seccomp;
import ondol.oci.runtime.Spec;
import ondol.oci.runtime.User;
import org.jspecify.annotations.Nullable;

/** Makes the specification of a container as Docker would set it up. */
public final class SpecFactory {
    /** Version of the OCI runtime specification that is followed. */
    public static final String VERSION = "1.2.0";

    private final ContainerConfig config;
    private final HostConfig host;
    private final ContainerFacts facts;
    private final HostFacts machine;
    private final NamespaceChoice namespaces;
    private final SecurityOptions security;
    private final Set<Capability> capabilities;

    private SpecFactory(ContainerConfig config, HostConfig host, ContainerFacts facts, HostFacts machine) {
        this.config = config;
        this.host = host;
        this.facts = facts;
        this.machine = machine;
        this.namespaces = NamespaceChoice.of(host);
        this.security = SecurityOptions.of(host);
        this.capabilities = CapabilityList.of(host, machine);
    }

    /**
     * Makes a specification.
     *
     * @param config with the image's merged in
     * @throws EngineException where something makes no sense; what {@link ConfigCheck} refuses, and what only the facts show
     */
    public static Spec create(ContainerConfig config, HostConfig host, ContainerFacts facts, HostFacts machine) {
        return new SpecFactory(config, host, facts, machine).create();
    }

    /**
     * As {@link #create}, with no more of it than a further process in a running container needs: the process, the namespaces
     * to join, and the filter.
     */
    public static Spec further(ContainerConfig config, HostConfig host, ContainerFacts facts, HostFacts machine) {
        return new SpecFactory(config, host, facts, machine).further();
    }

    private Spec further() {
        Linux linux = LinuxBuilder.builder()
                .namespaces(namespaces.namespaces(facts))
                .seccomp(seccomp())
                .build();
        return new Spec(VERSION, process(), null, null, null, null, null, null, linux);
    }

    private Spec create() {
        MountList.Mounts mounts = MountList.of(host, facts, machine, security);
        boolean named = namespaces.own(namespaces.uts());
        Map<String, String> annotations = host.annotations();
        return new Spec(
                VERSION,
                process(),
                new Root(facts.rootPath(), Absent.no(host.readonlyRootfs()) ? Boolean.TRUE : null),
                named ? facts.hostname() : null,
                named ? Absent.unlessEmpty(config.domainname()) : null,
                mounts.mounts(),
                null,
                annotations == null || annotations.isEmpty() ? null : annotations,
                linux(mounts.rootPropagation()));
    }

    private Process process() {
        List<String> command = ConfigCheck.command(config);
        List<String> names = CapabilityList.names(capabilities);
        return ProcessBuilder.builder()
                .terminal(Absent.no(config.tty()) ? Boolean.TRUE : null)
                .consoleSize(consoleSize())
                .user(user())
                .args(InitProcess.wanted(host) ? InitProcess.before(command) : command)
                .env(EnvironmentVariables.of(config, facts))
                .cwd(Paths.clean("/" + Absent.text(config.workingDir())))
                .capabilities(new ondol.oci.runtime.Capabilities(names, names, null, names, null))
                .rlimits(Rlimits.of(host))
                .noNewPrivileges(security.noNewPrivileges() || !maySetFilters() ? Boolean.TRUE : null)
                .apparmorProfile(apparmor())
                .oomScoreAdj(Objects.requireNonNullElse(host.oomScoreAdj(), 0))
                .build();
    }

    /** Who may not set a filter otherwise sets it for good: no program gives its process more rights (man 2 seccomp). */
    private boolean maySetFilters() {
        return machine.capabilities().contains(Capability.SYS_ADMIN);
    }

    private @Nullable ConsoleSize consoleSize() {
        List<Integer> size = Absent.list(host.consoleSize());
        boolean said = Absent.no(config.tty()) && size.size() == 2 && size.get(0) > 0 && size.get(1) > 0;
        return said ? new ConsoleSize(size.get(0), size.get(1)) : null;
    }

    /** Its own group is among the additional ones, as after a login. */
    private User user() {
        ResolvedUser user = facts.user();
        List<Long> groups = new ArrayList<>();
        groups.add(user.gid());
        user.additionalGids().stream().filter(group -> !groups.contains(group)).forEach(groups::add);
        return new User(user.uid(), user.gid(), null, groups, null);
    }

    private @Nullable String apparmor() {
        String profile = security.apparmor();
        boolean applied = machine.apparmor() && profile != null && !profile.equals(SecurityOptions.UNCONFINED);
        return applied ? profile : null;
    }

    private Linux linux(@Nullable String rootPropagation) {
        DeviceRules devices = DeviceRules.of(host, machine);
        ProtectedPaths paths = ProtectedPaths.of(host, security);
        Map<String, String> sysctls = Sysctls.of(host, !facts.uidMappings().isEmpty());
        return LinuxBuilder.builder()
                .namespaces(namespaces.namespaces(facts))
                .uidMappings(facts.uidMappings().isEmpty() ? null : facts.uidMappings())
                .gidMappings(facts.gidMappings().isEmpty() ? null : facts.gidMappings())
                .timeOffsets(null)
                .devices(devices.devices().isEmpty() ? null : devices.devices())
                .netDevices(null)
                .cgroupsPath(facts.cgroupsPath())
                .resources(ResourceLimits.of(host, machine, devices.rules()))
                .rootfsPropagation(rootPropagation)
                .seccomp(seccomp())
                .sysctl(sysctls.isEmpty() ? null : sysctls)
                .maskedPaths(paths.masked())
                .readonlyPaths(paths.readonly())
                .build();
    }

    private @Nullable Seccomp seccomp() {
        String said = Absent.text(security.seccomp());
        SeccompProfiles profiles = machine.seccomp();
        boolean standard = said.isEmpty() || said.equals("builtin");
        if (said.equals(SecurityOptions.UNCONFINED) || (standard && Absent.no(host.privileged()))) {
            return null;
        }
        if (profiles == null) {
            if (standard) {
                return null;
            }
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "seccomp is not enabled in your kernel, cannot run a custom seccomp profile");
        }
        if (standard) {
            return profiles.standard(capabilities);
        }
        try {
            return profiles.parse(said, capabilities);
        } catch (RuntimeException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "Decoding seccomp profile failed: " + e.getMessage(), e);
        }
    }
}
