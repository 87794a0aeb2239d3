package ondol.engine.spec;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.spec.HostFiles.Propagation;
import ondol.oci.runtime.Mount;
import org.jspecify.annotations.Nullable;

/** All mounts of a container, in the order to be made: the kernel's file systems, then by depth what the user wants. */
final class MountList {
    private static final long SHM_SIZE = 64L << 20;

    private final HostConfig host;
    private final ContainerFacts facts;
    private final HostFacts machine;
    private final NamespaceChoice namespaces;
    private final boolean readonlyRoot;
    private final List<Mount> users = new ArrayList<>();
    private @Nullable String rootPropagation;

    private MountList(HostConfig host, ContainerFacts facts, HostFacts machine) {
        this.host = host;
        this.facts = facts;
        this.machine = machine;
        this.namespaces = NamespaceChoice.of(host);
        this.readonlyRoot = Absent.no(host.readonlyRootfs());
    }

    /**
     * The mounts, and how those of the root have to spread for them.
     *
     * @param rootPropagation null for the runtime's default
     */
    record Mounts(List<Mount> mounts, @Nullable String rootPropagation) {}

    static Mounts of(HostConfig host, ContainerFacts facts, HostFacts machine, SecurityOptions options) {
        MountList list = new MountList(host, facts, machine);
        list.addTmpfs();
        for (MountPoint point : facts.mountPoints()) {
            list.add(point);
        }
        list.addEtc("/etc/resolv.conf", facts.resolvConf());
        list.addEtc("/etc/hostname", facts.hostnameFile());
        list.addEtc("/etc/hosts", facts.hosts());
        list.addInit();
        list.users.sort(Comparator.comparingInt(mount -> Paths.depth(mount.destination())));
        List<Mount> mounts = list.kernels(options);
        mounts.addAll(list.users);
        return new Mounts(mounts, list.rootPropagation);
    }

    /** Those of every container, without what the user puts in their place. */
    private List<Mount> kernels(SecurityOptions options) {
        Set<String> taken = new HashSet<>();
        users.forEach(mount -> taken.add(mount.destination()));
        List<Mount> mounts = new ArrayList<>();
        for (Mount mount : standard(options)) {
            boolean inTakenDev = taken.contains("/dev") && mount.destination().startsWith("/dev/");
            if (!inTakenDev && !taken.contains(mount.destination())) {
                mounts.add(mount);
            }
        }
        return mounts;
    }

    private List<Mount> standard(SecurityOptions options) {
        boolean privileged = Absent.no(host.privileged());
        boolean sysWritable = privileged && !readonlyRoot;
        boolean cgroupWritable = (privileged || options.writableCgroups()) && !readonlyRoot;
        List<Mount> mounts = new ArrayList<>();
        mounts.add(mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")));
        mounts.add(mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")));
        mounts.add(mount(
                "/dev/pts",
                "devpts",
                "devpts",
                List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")));
        mounts.add(mount("/sys", "sysfs", "sysfs", protectedOptions(sysWritable)));
        mounts.add(mount("/sys/fs/cgroup", "cgroup", "cgroup", protectedOptions(cgroupWritable)));
        mounts.add(mount("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")));
        Mount shm = shm();
        if (shm != null) {
            mounts.add(shm);
        }
        return mounts;
    }

    private static List<String> protectedOptions(boolean writable) {
        return writable ? List.of("nosuid", "noexec", "nodev") : List.of("nosuid", "noexec", "nodev", "ro");
    }

    private @Nullable Mount shm() {
        String mode = namespaces.ipc();
        String other = NamespaceChoice.container(mode);
        if (mode.equals("none")) {
            return null;
        }
        if (mode.equals("host")) {
            return bind("/dev/shm", "/dev/shm", List.of("rbind", "rprivate"));
        }
        if (other != null) {
            String path = "/proc/" + NamespaceChoice.pidOf(other, facts) + "/root/dev/shm";
            return bind("/dev/shm", path, List.of("rbind", "rprivate"));
        }
        long size = Absent.zero(host.shmSize()) == 0 ? SHM_SIZE : Absent.zero(host.shmSize());
        return mount("/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + size));
    }

    private void addTmpfs() {
        Absent.map(host.tmpfs())
                .forEach((destination, said) ->
                        users.add(mount(Paths.clean(destination), "tmpfs", "tmpfs", TmpfsFlags.merge(said))));
    }

    private void add(MountPoint point) {
        if (point.type().equals(MountPoint.TMPFS) || point.tmpfsOptions() != null) {
            users.add(
                    mount(point.destination(), "tmpfs", "tmpfs", TmpfsFlags.merge(Absent.text(point.tmpfsOptions()))));
            return;
        }
        String source = point.source();
        String overlay = point.overlay();
        String layers = point.layers();
        if (layers != null && overlay != null) {
            addImage(point, layers, overlay);
            return;
        }
        if (source == null) {
            throw new IllegalArgumentException("The volume for " + point.destination() + " has no source yet");
        }
        List<String> options = new ArrayList<>();
        options.add(point.nonRecursive() ? "bind" : "rbind");
        if (point.readOnly()) {
            options.add(recursively(point) ? "rro" : "ro");
        }
        if (point.subpath() != null) {
            options.add("x-ondol-nolinks"); // the volume's other users could put a link there
        }
        String propagation = Absent.unlessEmpty(point.propagation());
        if (propagation != null) {
            options.add(propagation);
            spread(source, propagation);
        }
        users.add(bind(point.destination(), source, options));
    }

    private void addImage(MountPoint point, String layers, String overlay) {
        List<String> options = new ArrayList<>(List.of(overlay));
        if (point.readOnly()) {
            options.add("ro");
        }
        if (point.subpath() != null) {
            options.add("x-ondol-subpath=" + point.subpath());
        }
        users.add(mount(point.destination(), "overlay", layers, options));
    }

    private static boolean recursively(MountPoint point) {
        if (point.readOnlyNonRecursive() && point.readOnlyForceRecursive()) {
            throw EngineException.invalid("mount options conflict: ReadOnlyNonRecursive && ReadOnlyForceRecursive");
        }
        return !point.readOnlyNonRecursive();
    }

    /** A mount can only spread in or out where both its source and the container's root let it. */
    private void spread(String source, String propagation) {
        boolean shared = propagation.endsWith("shared");
        if (!shared && !propagation.endsWith("slave")) {
            return;
        }
        Map.Entry<String, Propagation> mount = mountOf(source);
        if (mount.getValue() == Propagation.PRIVATE || (shared && mount.getValue() != Propagation.SHARED)) {
            throw EngineException.invalid("path " + source + " is mounted on " + mount.getKey() + " but it is not a "
                    + (shared ? "shared mount" : "shared or slave mount"));
        }
        if (shared) {
            rootPropagation = "shared";
        } else if (rootPropagation == null) {
            rootPropagation = "rslave";
        }
    }

    private Map.Entry<String, Propagation> mountOf(String path) {
        try {
            return machine.files().mountOf(path);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "the mount of " + path + " cannot be found: " + e.getMessage(), e);
        }
    }

    private void addEtc(String destination, @Nullable String source) {
        boolean taken = users.stream().anyMatch(mount -> mount.destination().equals(destination));
        if (source != null && !taken) {
            users.add(bind(
                    destination,
                    source,
                    readonlyRoot ? List.of("rbind", "rro", "rprivate") : List.of("rbind", "rprivate")));
        }
    }

    private void addInit() {
        if (InitProcess.wanted(host)) {
            users.add(bind(InitProcess.DESTINATION, InitProcess.source(machine), List.of("bind", "ro")));
        }
    }

    private Mount mount(String destination, String type, String source, List<String> options) {
        return new Mount(destination, type, source, options, null, null);
    }

    private Mount bind(String destination, String source, List<String> options) {
        return mount(destination, "bind", source, options);
    }
}
