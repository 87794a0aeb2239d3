package ondol.engine.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.engine.EngineException;
import ondol.linux.Capabilities;
import ondol.linux.Capability;
import ondol.linux.cgroup.Controller;
import ondol.linux.cgroup.Hierarchies;

/** What this machine is and can, read once when an engine opens. */
final class Machine {
    private static final Set<Capability> NEEDED =
            Set.of(Capability.MKNOD, Capability.SETUID, Capability.SETGID, Capability.CHOWN);

    /** v1 controllers that programs in a container look at. */
    private static final List<Controller> SHOWN = List.of(
            Controller.MEMORY,
            Controller.CPU,
            Controller.CPUACCT,
            Controller.CPUSET,
            Controller.BLKIO,
            Controller.PIDS);

    private Machine() {}

    /**
     * Whether an engine may make namespaces and mounts here. Where it may not, such as in a container of another engine, a
     * root of their own ({@code chroot}) is what containers can have.
     */
    static boolean maySeparate() {
        return Capabilities.current().effective().contains(Capability.SYS_ADMIN);
    }

    /** Refuses to begin where making a container could not work, with what is missing. */
    static void check() {
        Set<Capability> have = Capabilities.current().effective();
        List<String> missing = NEEDED.stream()
                .filter(capability -> !have.contains(capability))
                .map(Capability::manual)
                .sorted()
                .toList();
        if (!missing.isEmpty()) {
            throw new EngineException(
                    EngineException.Kind.DENIED,
                    "an engine needs root's rights, and these are missing here: %s; start it as root, or with sudo"
                            .formatted(String.join(", ", missing)));
        }
        if (maySeparate() && read("/proc/filesystems").lines().noneMatch(line -> line.endsWith("\toverlay"))) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "this kernel has no overlay file system, from which containers get their root; load it with"
                            + " modprobe overlay");
        }
    }

    /** The v1 hierarchies that a container is shown, as mount options. */
    static List<String> cgroupMounts(Hierarchies hierarchies) {
        List<String> mounts = new ArrayList<>();
        for (Controller controller : SHOWN) {
            hierarchies
                    .home(controller)
                    .filter(hierarchy -> !hierarchy.unified())
                    .ifPresent(hierarchy -> mounts.add(controller.v1Name()));
        }
        return mounts;
    }

    static boolean hasSeccomp() {
        return Files.exists(Path.of("/proc/sys/kernel/seccomp/actions_avail"));
    }

    /** {@code /etc/os-release}'s values. */
    static Map<String, String> release() {
        Map<String, String> values = new HashMap<>();
        for (String line : read("/etc/os-release").split("\n")) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1).replace("\"", ""));
            }
        }
        return values;
    }

    /** Bytes of memory. */
    static long memory() {
        for (String line : read("/proc/meminfo").split("\n")) {
            if (line.startsWith("MemTotal:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        return 0;
    }

    static String read(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return "";
        }
    }
}
