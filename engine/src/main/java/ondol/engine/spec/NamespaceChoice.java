package ondol.engine.spec;

import java.util.ArrayList;
import java.util.List;
import ondol.engine.ContainerConfig;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.oci.runtime.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * Which namespaces a container has of its own, shares with the host or with another container. With the isolation {@code
 * chroot} it shares all but its mounts.
 */
public final class NamespaceChoice {
    private static final String HOST = "host";
    private static final String CONTAINER = "container:";

    private final HostConfig host;
    private final boolean chroot;

    private NamespaceChoice(HostConfig host) {
        this.host = host;
        this.chroot = chroot(host);
    }

    /** Whether a container has users and groups of its own. */
    public static boolean mapsUsers(HostConfig host) {
        return "auto".equals(host.usernsMode());
    }

    /** Whether a container has a root of its own and nothing else. */
    public static boolean chroot(HostConfig host) {
        return "chroot".equals(host.isolation());
    }

    /** Whether a container's process 1 is its own, so that all its processes end with that one. */
    public static boolean ownProcesses(HostConfig host) {
        return !chroot(host) && of(host).pid().isEmpty();
    }

    static NamespaceChoice of(HostConfig host) {
        return new NamespaceChoice(host);
    }

    /**
     * The name that a container sees: its own, the one it was given, or the host's where it has no uts namespace, and where
     * it has the host's network and was given no name.
     */
    public static String hostname(ContainerConfig config, HostConfig host, String id, String hostsName) {
        NamespaceChoice choice = of(host);
        String given = Absent.text(config.hostname());
        if (choice.uts().equals(HOST)) {
            return hostsName;
        }
        if (!given.isEmpty()) {
            return given;
        }
        return choice.network().equals(HOST) ? hostsName : id.substring(0, Math.min(12, id.length()));
    }

    /** The ID of a mode {@code container:ID}; null for other modes. */
    public static @Nullable String container(@Nullable String mode) {
        return mode != null && mode.startsWith(CONTAINER) ? mode.substring(CONTAINER.length()) : null;
    }

    static void check(ContainerConfig config, HostConfig host) {
        refuse("PID mode", host.pidMode(), List.of("", HOST), true);
        refuse("IPC mode", host.ipcMode(), List.of("", "none", "private", "shareable", HOST), true);
        refuse("UTS mode", host.utsMode(), List.of("", HOST), false);
        refuse("userns mode", host.usernsMode(), List.of("", HOST, "auto"), false);
        refuse("cgroup namespace mode", host.cgroupnsMode(), List.of("", "private", HOST), false);
        refuse("isolation", host.isolation(), List.of("", "default", "chroot"), false);
        if (HOST.equals(host.utsMode()) && !Absent.text(config.hostname()).isEmpty()) {
            throw EngineException.invalid("conflicting options: hostname and the UTS mode");
        }
        if (container(host.networkMode()) != null) {
            checkSharedNetwork(config, host);
        }
    }

    private static void refuse(String what, @Nullable String mode, List<String> known, boolean container) {
        String text = Absent.text(mode);
        if (!known.contains(text) && !(container && text.startsWith(CONTAINER))) {
            throw EngineException.invalid("invalid " + what + ": " + text);
        }
        if (text.equals(CONTAINER)) {
            throw EngineException.invalid("invalid " + what + ": " + text + " (name a container after the colon)");
        }
    }

    private static void checkSharedNetwork(ContainerConfig config, HostConfig host) {
        conflict(!Absent.text(config.hostname()).isEmpty(), "hostname and the network mode");
        conflict(!Absent.list(host.links()).isEmpty(), "container type network can't be used with links");
        conflict(!Absent.list(host.dns()).isEmpty(), "dns and the network mode");
        conflict(!Absent.list(host.extraHosts()).isEmpty(), "custom host-to-IP mapping and the network mode");
        conflict(!Absent.text(config.macAddress()).isEmpty(), "mac-address and the network mode");
        conflict(
                !Absent.map(host.portBindings()).isEmpty() || Absent.no(host.publishAllPorts()),
                "port publishing and the container type network mode");
    }

    private static void conflict(boolean both, String what) {
        if (both) {
            throw EngineException.invalid("conflicting options: " + what);
        }
    }

    String network() {
        return mode(host.networkMode());
    }

    String ipc() {
        return mode(host.ipcMode());
    }

    String uts() {
        return mode(host.utsMode());
    }

    String pid() {
        return mode(host.pidMode());
    }

    private String mode(@Nullable String mode) {
        return chroot ? HOST : Absent.text(mode);
    }

    boolean own(String mode) {
        return !mode.equals(HOST) && !mode.startsWith(CONTAINER);
    }

    /** Fresh where nothing else is said, on v1 too: without it a container would see the machine's whole hierarchies. */
    private String cgroup() {
        String said = mode(host.cgroupnsMode());
        if (!said.isEmpty()) {
            return said;
        }
        if (mapsUsers(host)) {
            return "private"; // the machine's is not for a user namespace to mount
        }
        return Absent.no(host.privileged()) ? HOST : "private";
    }

    List<Namespace> namespaces(ContainerFacts facts) {
        List<Namespace> namespaces = new ArrayList<>();
        namespaces.add(new Namespace("mount", null));
        add(namespaces, "network", "net", network(), facts);
        add(namespaces, "uts", "uts", uts(), facts);
        add(namespaces, "pid", "pid", pid(), facts);
        add(namespaces, "ipc", "ipc", ipc(), facts);
        add(namespaces, "cgroup", "cgroup", cgroup(), facts);
        if (!facts.uidMappings().isEmpty() && !mode(host.usernsMode()).equals(HOST)) {
            namespaces.add(new Namespace("user", null));
        }
        return namespaces;
    }

    private void add(List<Namespace> namespaces, String type, String file, String mode, ContainerFacts facts) {
        String other = container(mode);
        if (other != null) {
            namespaces.add(new Namespace(type, "/proc/" + pidOf(other, facts) + "/ns/" + file));
        } else if (!mode.equals(HOST)) {
            namespaces.add(new Namespace(type, null));
        }
    }

    /** The process of a container whose namespaces are shared. */
    static int pidOf(String container, ContainerFacts facts) {
        Integer pid = facts.pids().get(container);
        if (pid == null) {
            throw EngineException.conflict(
                    "cannot join namespaces of container " + container + ": it is not running; start it first");
        }
        return pid;
    }
}
