package ondol.runtime;

import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.linux.Call;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.plan.Purpose;
import ondol.oci.runtime.Device;

/** What lies in a container's /dev (OCI runtime specification, section Default Devices, and the devices it names). */
final class DeviceSteps {
    private static final int S_IFCHR = 0020000;
    private static final int S_IFBLK = 0060000;
    private static final int S_IFIFO = 0010000;
    private static final Map<String, long[]> STANDARD = Map.of(
            "/dev/null", new long[] {1, 3},
            "/dev/zero", new long[] {1, 5},
            "/dev/full", new long[] {1, 7},
            "/dev/random", new long[] {1, 8},
            "/dev/urandom", new long[] {1, 9},
            "/dev/tty", new long[] {5, 0});
    private static final Map<String, String> LINKS = Map.of(
            "/dev/fd", "/proc/self/fd",
            "/dev/stdin", "/proc/self/fd/0",
            "/dev/stdout", "/proc/self/fd/1",
            "/dev/stderr", "/proc/self/fd/2",
            "/dev/core", "/proc/kcore",
            "/dev/ptmx", "pts/ptmx");

    private final PlanWriter writer;
    private final Set<Errno> ignored;
    private final String base;
    private final long first;

    DeviceSteps(PlanWriter writer) {
        this(writer, Set.of(Errno.EEXIST), "", 0);
    }

    /**
     * @param ignored errors that do not matter when a node is made
     * @param base put before every path
     * @param first what the container's user 0 is here
     */
    DeviceSteps(PlanWriter writer, Set<Errno> ignored, String base, long first) {
        this.writer = writer;
        this.ignored = ignored;
        this.base = base;
        this.first = first;
    }

    void make(List<Device> devices) {
        makeNodes(devices);
        LINKS.forEach((link, target) -> writer.plan.lenient(
                Purpose.ROOT,
                Set.of(Errno.EEXIST),
                Call.SYMLINKAT,
                target + ", " + link,
                writer.plan.text(target),
                Kernel.AT_FDCWD,
                writer.plan.text(base + link)));
    }

    private void makeNodes(List<Device> devices) {
        STANDARD.forEach((path, number) -> node(path, S_IFCHR | 0666, number[0], number[1]));
        for (Device device : devices) {
            if (STANDARD.containsKey(device.path())) {
                continue;
            }
            Integer mode = device.fileMode();
            int permissions = mode == null ? 0666 : mode & 07777;
            int type = switch (device.type()) {
                case "c", "u" -> S_IFCHR;
                case "b" -> S_IFBLK;
                case "p" -> S_IFIFO;
                default -> throw new IllegalArgumentException("unknown device type: " + device.type());
            };
            int slash = device.path().lastIndexOf('/');
            writer.mkdirs(Purpose.ROOT, base + device.path().substring(0, Math.max(1, slash)));
            node(device.path(), type | permissions, zero(device.major()), zero(device.minor()));
            if (zero(device.uid()) != 0 || zero(device.gid()) != 0) {
                writer.plan.step(
                        Purpose.ROOT,
                        Call.FCHOWNAT,
                        device.path(),
                        Kernel.AT_FDCWD,
                        writer.plan.text(base + device.path()),
                        first + zero(device.uid()),
                        first + zero(device.gid()),
                        0);
            }
        }
    }

    /** What a root without mounts gets: nodes where it has none, as far as one may make them. */
    void makeMissing(List<Device> devices) {
        writer.mkdir(Purpose.ROOT, "/dev", 0755);
        makeNodes(devices);
    }

    private void node(String path, int mode, long major, long minor) {
        writer.plan.lenient(
                Purpose.ROOT,
                ignored,
                Call.MKNODAT,
                path + ", " + major + ":" + minor,
                Kernel.AT_FDCWD,
                writer.plan.text(base + path),
                mode,
                number(major, minor));
    }

    /** {@code man 3 makedev}. */
    private static long number(long major, long minor) {
        return (major & 0xfff) << 8 | (major & ~0xfffL) << 32 | (minor & 0xff) | (minor & ~0xffL) << 12;
    }

    private static long zero(@org.jspecify.annotations.Nullable Long value) {
        return value == null ? 0 : value;
    }
}
