package ondol.runtime;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import ondol.linux.Call;
import ondol.linux.Errno;
import ondol.linux.Mounts;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;
import ondol.oci.runtime.Device;
import org.jspecify.annotations.Nullable;

/**
 * The root of a container with a user namespace. Its layers are <em>idmapped</em> ({@code man 2 mount_setattr}): on disk a
 * file belongs to 0, in the container too, and nowhere else to anybody. That, the overlay and the devices need rights that
 * the container never has, so the minder makes them, in a mount namespace that it leaves again, and hands them over as
 * detached mounts.
 */
final class MappedRoot {
    /** The map's descriptor stands in a structure of the plan's data, so its number has to be known beforehand. */
    private static final int MAP = 900;

    private static final int PR_SET_SECUREBITS = 28;
    private static final int SECBIT_NO_SETUID_FIXUP = 1 << 2;
    private static final int KEEPERS_UMASK = 0077;
    private static final String ROOT = "root";
    private static final String UPPER = "upper";

    private final PlanWriter writer;
    private final long first;

    /** @param first what the container's user 0 is outside */
    MappedRoot(PlanWriter writer, long first) {
        this.writer = writer;
        this.first = first;
    }

    /** Takes hold of the map; the plan wants a descriptor of a user namespace that has it. */
    void openMap() {
        Step.Argument donated = writer.plan.donated();
        writer.plan.before(
                Purpose.NAMESPACE,
                Call.DUP3,
                "user namespace, " + MAP,
                Step.Kind.DESCRIPTOR,
                donated,
                MAP,
                PlanWriter.O_CLOEXEC);
    }

    /** Maps the owners of a detached mount and, if asked, of those below it. */
    void map(Step tree, boolean recursive, Set<Errno> ignored) {
        writer.map(Purpose.NAMESPACE, tree, recursive, MAP, ignored);
    }

    /** What the minder made. {@code dev} is null where the container has no tmpfs of its own on /dev. */
    record Made(Step root, @Nullable Step dev) {}

    /**
     * Makes the root and /dev. Run by the minder.
     *
     * @param dev options of the tmpfs on /dev; null for none
     */
    Made make(RootFilesystem root, Path mountpoint, @Nullable String dev, List<Device> devices) {
        Step home = writer.openBefore(Purpose.NAMESPACE, "/proc/self/ns/mnt", PlanWriter.O_RDONLY);
        writer.plan.step(Purpose.ROOT, Call.UNSHARE, "CLONE_NEWNS", NamespaceSteps.CLONE_NEWNS);
        writer.propagation(Purpose.ROOT, "/, MS_REC|MS_SLAVE", "/", Mounts.MS_REC | Mounts.MS_SLAVE);
        writer.mount(Purpose.ROOT, "tmpfs", mountpoint.toString(), "tmpfs", 0, "mode=755");
        writer.chdir(Purpose.ROOT, mountpoint.toString());
        writer.plan.step(Purpose.ROOT, Call.UMASK, "0", 0);
        Step made = switch (root) {
            case RootFilesystem.Overlay overlay -> overlay(overlay);
            case RootFilesystem.Folder folder -> {
                Step tree = writer.openTree(Purpose.ROOT, folder.path().toString(), false);
                map(tree, false, Set.of());
                yield tree;
            }
        };
        Step devTree = dev == null ? null : dev(dev, devices);
        writer.plan.step(Purpose.ROOT, Call.UMASK, "077", KEEPERS_UMASK);
        writer.plan.step(Purpose.NAMESPACE, Call.SETNS, "back, CLONE_NEWNS", home, NamespaceSteps.CLONE_NEWNS);
        return new Made(made, devTree);
    }

    private Step overlay(RootFilesystem.Overlay overlay) {
        Path above = overlay.upper().getParent();
        if (above == null || !above.equals(overlay.work().getParent())) {
            throw new IllegalArgumentException("upper and work have to be in one folder: " + overlay);
        }
        List<String> lowers = new ArrayList<>();
        for (String lower : overlay.lowers()) {
            String name = "l" + lowers.size();
            boolean base = overlay.nested() && lowers.size() == overlay.lowers().size() - 1;
            lowers.add(name);
            layer(base ? "/" : overlay.folder().resolve(lower).toString(), name);
            if (base) { // a filesystem of its own: an overlay refuses an upper folder that lies inside a lower one
                writer.mkdir(Purpose.ROOT, "empty", 0755);
                asRoot(true);
                writer.mount(Purpose.ROOT, "overlay", name, "overlay", Mounts.MS_RDONLY, "lowerdir=" + name + ":empty");
                asRoot(false);
            }
        }
        layer(above.toString(), UPPER);
        writer.mkdir(Purpose.ROOT, ROOT, 0755);
        asRoot(true);
        writer.mount(
                Purpose.ROOT,
                "overlay",
                ROOT,
                "overlay",
                0,
                RootSteps.options(
                        lowers,
                        UPPER + "/" + overlay.upper().getFileName(),
                        UPPER + "/" + overlay.work().getFileName(),
                        overlay.passing()));
        asRoot(false);
        return writer.openTree(Purpose.ROOT, ROOT, false);
    }

    private void layer(String path, String name) {
        writer.mkdir(Purpose.ROOT, name, 0755);
        Step tree = writer.openTree(Purpose.ROOT, path, false);
        map(tree, false, Set.of());
        writer.moveMount(Purpose.ROOT, tree, name);
    }

    /**
     * Files are made, and an overlay works in its upper folder, as who has the user's number 0 in the container; with all
     * the minder's capabilities.
     */
    private void asRoot(boolean on) {
        if (on) {
            writer.prctl(
                    Purpose.RIGHTS,
                    "PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP",
                    PR_SET_SECUREBITS,
                    SECBIT_NO_SETUID_FIXUP);
        }
        long id = on ? first : 0;
        writer.plan.step(Purpose.RIGHTS, Call.SETFSGID, String.valueOf(id), id);
        writer.plan.step(Purpose.RIGHTS, Call.SETFSUID, String.valueOf(id), id);
        if (!on) {
            writer.prctl(Purpose.RIGHTS, "PR_SET_SECUREBITS, 0", PR_SET_SECUREBITS, 0);
        }
    }

    private Step dev(String options, List<Device> devices) {
        writer.mkdir(Purpose.ROOT, "dev", 0755);
        asRoot(true);
        writer.mount(Purpose.ROOT, "tmpfs", "dev", "tmpfs", Mounts.MS_NOSUID | Mounts.MS_STRICTATIME, options);
        new DeviceSteps(writer, Set.of(Errno.EEXIST), ".", first).make(devices);
        asRoot(false);
        return writer.openTree(Purpose.ROOT, "dev", false);
    }
}
