package ondol.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import ondol.linux.Call;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.Kernel;
import ondol.linux.Mounts;
import ondol.linux.plan.PlanBuilder;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;

/** The steps that several parts of a plan are made from, one method a call, with the call's own words. */
final class PlanWriter {
    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_NOCTTY = 0x100;
    static final int O_CLOEXEC = 0x80000;
    static final int O_DIRECTORY = System.getProperty("os.arch").equals("aarch64") ? 0x4000 : 0x10000;

    private static final Set<Errno> EXISTS = Set.of(Errno.EEXIST);

    final PlanBuilder plan;
    private final Set<String> made = new HashSet<>(); // folders that an earlier step makes

    PlanWriter(PlanBuilder plan) {
        this.plan = plan;
    }

    /** A step before the process is made: opens a file that the process, or clone3, is given. */
    Step openBefore(Purpose purpose, String path, int flags) {
        return plan.before(
                purpose,
                Call.OPENAT,
                path,
                Step.Kind.DESCRIPTOR,
                Kernel.AT_FDCWD,
                plan.text(path),
                flags | O_CLOEXEC,
                0);
    }

    Step open(Purpose purpose, String path, int flags) {
        return plan.step(purpose, Call.OPENAT, path, Kernel.AT_FDCWD, plan.text(path), flags | O_CLOEXEC, 0);
    }

    void write(Purpose purpose, Object file, String text, String shown) {
        plan.step(purpose, Call.WRITE, shown, file, plan.text(text), text.length());
    }

    void chdir(Purpose purpose, String path) {
        plan.step(purpose, Call.CHDIR, path, plan.text(path));
    }

    /** Makes a folder and those above it, where they are missing. */
    void mkdirs(Purpose purpose, String path) {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            mkdir(purpose, path.substring(0, slash), 0755);
        }
        mkdir(purpose, path, 0755);
    }

    void mkdir(Purpose purpose, String path, int mode) {
        if (!path.equals("/") && !path.isEmpty() && made.add(path)) {
            plan.lenient(purpose, EXISTS, Call.MKDIRAT, path, Kernel.AT_FDCWD, plan.text(path), mode);
        }
    }

    /** Makes an empty file to mount on, where it is missing. */
    void touch(Purpose purpose, String path) {
        int slash = path.lastIndexOf('/');
        if (slash > 0) {
            mkdirs(purpose, path.substring(0, slash));
        }
        plan.lenient(
                purpose,
                Set.of(Errno.EEXIST),
                Call.MKNODAT,
                path + ", S_IFREG",
                Kernel.AT_FDCWD,
                plan.text(path),
                0100755,
                0);
    }

    void mount(Purpose purpose, String source, String target, String type, long flags, String data) {
        String shown = source + ", " + target + ", " + type + (data.isEmpty() ? "" : ", " + data);
        covered(target);
        plan.step(
                purpose,
                Call.MOUNT,
                shown,
                plan.text(source),
                plan.text(target),
                plan.text(type),
                flags,
                data.isEmpty() ? 0 : plan.text(data));
    }

    void unmount(Purpose purpose, String target) {
        plan.step(purpose, Call.UMOUNT2, target + ", MNT_DETACH", plan.text(target), Mounts.MNT_DETACH);
    }

    /** Mounts one place of the container on another; errors in {@code ignored} mean that there is nothing to mount. */
    void bind(Purpose purpose, String source, String target, Set<Errno> ignored) {
        plan.lenient(
                purpose,
                ignored,
                Call.MOUNT,
                source + ", " + target + ", MS_BIND",
                plan.text(source),
                plan.text(target),
                0,
                Mounts.MS_BIND | Mounts.MS_REC,
                0);
    }

    /** A copy of a mount, in no namespace yet. */
    Step openTree(Purpose purpose, String source, boolean recursive) {
        int flags = Mounts.OPEN_TREE_CLONE | Mounts.OPEN_TREE_CLOEXEC | (recursive ? Mounts.AT_RECURSIVE : 0);
        return plan.special(
                purpose,
                Step.Kind.DESCRIPTOR,
                Call.OPEN_TREE,
                source + ", OPEN_TREE_CLONE",
                Kernel.AT_FDCWD,
                plan.text(source),
                flags);
    }

    /** A copy of a mount, whose path nobody can have made lead elsewhere ({@code man 2 openat2}). */
    Step openTreeWithoutLinks(Purpose purpose, String source, boolean recursive) {
        byte[] how = ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(Files.O_PATH | O_CLOEXEC)
                .putLong(0)
                .putLong(Files.RESOLVE_NO_SYMLINKS)
                .array();
        Step place = plan.step(
                purpose,
                Call.OPENAT2,
                source + ", RESOLVE_NO_SYMLINKS",
                Kernel.AT_FDCWD,
                plan.text(source),
                plan.bytes(how),
                how.length);
        int flags = Mounts.OPEN_TREE_CLONE
                | Mounts.OPEN_TREE_CLOEXEC
                | Mounts.AT_EMPTY_PATH
                | (recursive ? Mounts.AT_RECURSIVE : 0);
        return plan.step(
                purpose, Call.OPEN_TREE, source + ", OPEN_TREE_CLONE|AT_EMPTY_PATH", place, plan.text(""), flags);
    }

    /** Goes to another mount namespace, and stands in its root then ({@code man 2 setns}). */
    void joinMounts(Step namespace) {
        plan.step(Purpose.ROOT, Call.SETNS, namespace.shown() + ", CLONE_NEWNS", namespace, NamespaceSteps.CLONE_NEWNS);
    }

    /**
     * A new file system, mounted nowhere yet ({@code man 2 fsopen}, {@code man 2 fsmount}).
     *
     * @param data options of its own, {@code name=value} or {@code name}, with commas between
     */
    Step newMount(Purpose purpose, String type, String data, long attributes) {
        Step opened = plan.step(purpose, Call.FSOPEN, type, plan.text(type), Mounts.FSOPEN_CLOEXEC);
        for (String option : data.isEmpty() ? new String[0] : data.split(",")) {
            int equals = option.indexOf('=');
            Object value = equals < 0 ? 0 : plan.text(option.substring(equals + 1));
            plan.step(
                    purpose,
                    Call.FSCONFIG,
                    option,
                    opened,
                    equals < 0 ? Mounts.FSCONFIG_SET_FLAG : Mounts.FSCONFIG_SET_STRING,
                    plan.text(equals < 0 ? option : option.substring(0, equals)),
                    value,
                    0);
        }
        plan.step(purpose, Call.FSCONFIG, type + ", FSCONFIG_CMD_CREATE", opened, Mounts.FSCONFIG_CMD_CREATE, 0, 0, 0);
        return plan.step(
                purpose,
                Call.FSMOUNT,
                type + ", attributes 0x" + Long.toHexString(attributes),
                opened,
                Mounts.FSMOUNT_CLOEXEC,
                attributes);
    }

    /** Changes a mount that a descriptor is open on. */
    void setAttributes(Purpose purpose, Step mount, boolean recursive, long set, long clear, long propagation) {
        plan.step(
                purpose,
                Call.MOUNT_SETATTR,
                "attributes 0x" + Long.toHexString(set) + ", propagation 0x" + Long.toHexString(propagation),
                mount,
                plan.text(""),
                Mounts.AT_EMPTY_PATH | (recursive ? Mounts.AT_RECURSIVE : 0),
                attributes(set, clear, propagation, 0),
                Mounts.MOUNT_ATTR_SIZE);
    }

    /** Maps the owners of what a detached mount shows, as the user namespace does that a descriptor is open on. */
    void map(Purpose purpose, Step mount, boolean recursive, int userNamespace, Set<Errno> ignored) {
        plan.lenient(
                purpose,
                ignored,
                Call.MOUNT_SETATTR,
                mount.shown() + ", MOUNT_ATTR_IDMAP",
                mount,
                plan.text(""),
                Mounts.AT_EMPTY_PATH | (recursive ? Mounts.AT_RECURSIVE : 0),
                attributes(Mounts.MOUNT_ATTR_IDMAP, 0, 0, userNamespace),
                Mounts.MOUNT_ATTR_SIZE);
    }

    /** Says whether mounts spread from and to a place. */
    void propagation(Purpose purpose, String shown, String target, long flags) {
        plan.step(purpose, Call.MOUNT, shown, 0, plan.text(target), 0, flags, 0);
    }

    /** Makes the mount at a path read-only, and all below it if asked. */
    void setReadOnly(Purpose purpose, String path, Set<Errno> ignored) {
        plan.lenient(
                purpose,
                ignored,
                Call.MOUNT_SETATTR,
                path + ", MOUNT_ATTR_RDONLY",
                Kernel.AT_FDCWD,
                plan.text(path),
                0,
                attributes(Mounts.MOUNT_ATTR_RDONLY, 0, 0, 0),
                Mounts.MOUNT_ATTR_SIZE);
    }

    /** What was made below a place is hidden by what is mounted there. */
    private void covered(String target) {
        made.removeIf(path -> path.startsWith(target + "/"));
    }

    void moveMount(Purpose purpose, Step mount, String target) {
        covered(target);
        plan.step(
                purpose,
                Call.MOVE_MOUNT,
                target,
                mount,
                plan.text(""),
                Kernel.AT_FDCWD,
                plan.text(target),
                Mounts.MOVE_MOUNT_F_EMPTY_PATH | Mounts.MOVE_MOUNT_T_SYMLINKS);
    }

    void prctl(Purpose purpose, String shown, long option, long argument) {
        plan.step(purpose, Call.PRCTL, shown, option, argument, 0, 0, 0);
    }

    /** A struct mount_attr ({@code man 2 mount_setattr}). */
    private Step.Argument attributes(long set, long clear, long propagation, int userNamespace) {
        return plan.bytes(ByteBuffer.allocate(32)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(set)
                .putLong(clear)
                .putLong(propagation)
                .putLong(userNamespace)
                .array());
    }
}
