package ondol.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Mounts, by the kernel's two interfaces: the old one ({@code mount(2)}, {@code umount2(2)}) and the one of descriptors
 * ({@code fsopen(2)}, {@code fsconfig(2)}, {@code fsmount(2)}, {@code open_tree(2)}, {@code move_mount(2)},
 * {@code mount_setattr(2)}). The constants are those of {@code linux/mount.h} and {@code linux/fcntl.h}.
 *
 * <p>A <em>detached</em> mount is attached to no namespace: nobody finds it by path, and it goes with its descriptor.
 */
public final class Mounts {
    // mount(2)
    public static final long MS_RDONLY = 1;
    public static final long MS_NOSUID = 2;
    public static final long MS_NODEV = 4;
    public static final long MS_NOEXEC = 8;
    public static final long MS_SYNCHRONOUS = 16;
    public static final long MS_REMOUNT = 32;
    public static final long MS_MANDLOCK = 64;
    public static final long MS_DIRSYNC = 128;
    public static final long MS_NOSYMFOLLOW = 256;
    public static final long MS_NOATIME = 1024;
    public static final long MS_NODIRATIME = 2048;
    public static final long MS_BIND = 4096;
    public static final long MS_MOVE = 8192;
    public static final long MS_REC = 16384;
    public static final long MS_SILENT = 32768;
    public static final long MS_UNBINDABLE = 1 << 17;
    public static final long MS_PRIVATE = 1 << 18;
    public static final long MS_SLAVE = 1 << 19;
    public static final long MS_SHARED = 1 << 20;
    public static final long MS_RELATIME = 1 << 21;
    public static final long MS_STRICTATIME = 1 << 24;
    public static final long MS_LAZYTIME = 1 << 25;

    // umount2(2)
    public static final int MNT_FORCE = 1;
    public static final int MNT_DETACH = 2;
    public static final int MNT_EXPIRE = 4;
    public static final int UMOUNT_NOFOLLOW = 8;

    // open_tree(2)
    public static final int OPEN_TREE_CLONE = 1;
    public static final int OPEN_TREE_CLOEXEC = 02000000;

    // move_mount(2)
    public static final int MOVE_MOUNT_F_SYMLINKS = 0x1;
    public static final int MOVE_MOUNT_F_AUTOMOUNTS = 0x2;
    public static final int MOVE_MOUNT_F_EMPTY_PATH = 0x4;
    public static final int MOVE_MOUNT_T_SYMLINKS = 0x10;
    public static final int MOVE_MOUNT_T_AUTOMOUNTS = 0x20;
    public static final int MOVE_MOUNT_T_EMPTY_PATH = 0x40;
    public static final int MOVE_MOUNT_SET_GROUP = 0x100;
    public static final int MOVE_MOUNT_BENEATH = 0x200;

    // fsopen(2), fsmount(2), fsconfig(2)
    public static final int FSOPEN_CLOEXEC = 1;
    public static final int FSMOUNT_CLOEXEC = 1;
    public static final int FSCONFIG_SET_FLAG = 0;
    public static final int FSCONFIG_SET_STRING = 1;
    public static final int FSCONFIG_SET_BINARY = 2;
    public static final int FSCONFIG_SET_PATH = 3;
    public static final int FSCONFIG_SET_PATH_EMPTY = 4;
    public static final int FSCONFIG_CMD_CREATE = 6;
    public static final int FSCONFIG_CMD_RECONFIGURE = 7;
    public static final int FSCONFIG_CMD_CREATE_EXCL = 8;

    // fsmount(2), mount_setattr(2)
    public static final long MOUNT_ATTR_RDONLY = 0x1;
    public static final long MOUNT_ATTR_NOSUID = 0x2;
    public static final long MOUNT_ATTR_NODEV = 0x4;
    public static final long MOUNT_ATTR_NOEXEC = 0x8;
    /** The three bits that say which of the next ones holds. */
    public static final long MOUNT_ATTR__ATIME = 0x70;

    public static final long MOUNT_ATTR_RELATIME = 0x0;
    public static final long MOUNT_ATTR_NOATIME = 0x10;
    public static final long MOUNT_ATTR_STRICTATIME = 0x20;
    public static final long MOUNT_ATTR_NODIRATIME = 0x80;
    public static final long MOUNT_ATTR_IDMAP = 0x100000;
    public static final long MOUNT_ATTR_NOSYMFOLLOW = 0x200000;
    /** Bytes of {@code struct mount_attr}: attr_set, attr_clr, propagation, userns_fd, eight bytes each. */
    public static final int MOUNT_ATTR_SIZE = 32;

    // the *at calls
    public static final int AT_SYMLINK_NOFOLLOW = 0x100;
    public static final int AT_NO_AUTOMOUNT = 0x800;
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int AT_RECURSIVE = 0x8000;

    /** {@code fsconfig(2)} takes values shorter than this many bytes; {@code mount(2)} takes a page. */
    public static final int FSCONFIG_VALUE_LIMIT = 256;

    private Mounts() {}

    /**
     * {@code mount(2)}.
     *
     * @param source a device, a folder to bind, or just a word that /proc/mounts shows
     * @param type null where the flags say bind, move, remount or a propagation
     * @param data options of the filesystem, less than a page; null for none
     */
    public static void mount(String source, String target, @Nullable String type, long flags, @Nullable String data) {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    Call.MOUNT,
                    "%s, %s, %s, 0x%x%s".formatted(source, target, type, flags, data == null ? "" : ", " + data),
                    address(arena, source),
                    address(arena, target),
                    address(arena, type),
                    flags,
                    address(arena, data));
        }
    }

    /** {@code umount2(2)}. */
    public static void umount2(String target, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(Call.UMOUNT2, target, address(arena, target), flags);
        }
    }

    /** {@code fsopen(2)}: a filesystem to be configured. */
    public static Descriptor fsopen(String type) {
        try (Arena arena = Arena.ofConfined()) {
            return new Descriptor(
                    Kernel.callInt(Call.FSOPEN, type, address(arena, type), FSOPEN_CLOEXEC), "fsopen " + type);
        }
    }

    /** {@code fsconfig(2)}, FSCONFIG_SET_FLAG. */
    public static void fsconfigFlag(Descriptor filesystem, String key) {
        fsconfig(filesystem, FSCONFIG_SET_FLAG, key, null, 0);
    }

    /** {@code fsconfig(2)}, FSCONFIG_SET_STRING. The value is shorter than {@link #FSCONFIG_VALUE_LIMIT} bytes. */
    public static void fsconfigString(Descriptor filesystem, String key, String value) {
        fsconfig(filesystem, FSCONFIG_SET_STRING, key, value, 0);
    }

    /** {@code fsconfig(2)}, FSCONFIG_CMD_CREATE: makes the filesystem's superblock. */
    public static void fsconfigCreate(Descriptor filesystem) {
        fsconfig(filesystem, FSCONFIG_CMD_CREATE, null, null, 0);
    }

    private static void fsconfig(
            Descriptor filesystem, int command, @Nullable String key, @Nullable String value, int auxiliary) {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    Call.FSCONFIG,
                    "%s, %s".formatted(key == null ? "create" : key, value),
                    filesystem.number(),
                    command,
                    address(arena, key),
                    address(arena, value),
                    auxiliary);
        }
    }

    /**
     * {@code fsmount(2)}: a detached mount of a created filesystem.
     *
     * @param attributes MOUNT_ATTR_*
     */
    public static Descriptor fsmount(Descriptor filesystem, long attributes) {
        return new Descriptor(
                Kernel.callInt(
                        Call.FSMOUNT, "0x%x".formatted(attributes), filesystem.number(), FSMOUNT_CLOEXEC, attributes),
                "detached mount");
    }

    /**
     * A detached mount of a filesystem that needs options only, in one go.
     *
     * @param options fsconfig strings; an empty value sets a flag
     * @param attributes MOUNT_ATTR_*
     */
    public static Descriptor create(String type, Map<String, String> options, long attributes) {
        try (Descriptor filesystem = fsopen(type)) {
            options.forEach((key, value) -> {
                if (value.isEmpty()) {
                    fsconfigFlag(filesystem, key);
                } else {
                    fsconfigString(filesystem, key, value);
                }
            });
            fsconfigCreate(filesystem);
            return fsmount(filesystem, attributes);
        }
    }

    /**
     * {@code open_tree(2)} with OPEN_TREE_CLONE: a detached bind mount of a path.
     *
     * @param folder where a relative path starts; {@link Kernel#AT_FDCWD} for the current one
     * @param path empty for the folder itself
     * @param recursive takes the mounts below too
     */
    public static Descriptor openTreeClone(int folder, String path, boolean recursive) {
        return openTree(folder, path, OPEN_TREE_CLONE | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0));
    }

    /** {@code open_tree(2)}; close-on-exec is added to the flags. */
    public static Descriptor openTree(int folder, String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return new Descriptor(
                    Kernel.callInt(
                            Call.OPEN_TREE,
                            "%s, 0x%x".formatted(path, flags),
                            folder,
                            address(arena, path),
                            flags | OPEN_TREE_CLOEXEC),
                    "tree " + path);
        }
    }

    /** {@code move_mount(2)}: attaches a detached mount at a path. */
    public static void moveMount(Descriptor mount, int folder, String path) {
        moveMount(mount.number(), "", folder, path, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
    }

    /** {@code move_mount(2)} as the manual has it. */
    public static void moveMount(int fromFolder, String fromPath, int toFolder, String toPath, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    Call.MOVE_MOUNT,
                    "%s, %s, 0x%x".formatted(fromPath, toPath, flags),
                    fromFolder,
                    address(arena, fromPath),
                    toFolder,
                    address(arena, toPath),
                    flags);
        }
    }

    /**
     * {@code mount_setattr(2)}.
     *
     * @param flags AT_EMPTY_PATH, AT_RECURSIVE, AT_SYMLINK_NOFOLLOW
     * @param set MOUNT_ATTR_* to set
     * @param clear MOUNT_ATTR_* to clear
     * @param propagation MS_PRIVATE, MS_SLAVE, MS_SHARED, MS_UNBINDABLE, or 0 to leave it
     * @param userNamespace a descriptor for MOUNT_ATTR_IDMAP; else 0
     */
    public static void mountSetattr(
            int folder, String path, int flags, long set, long clear, long propagation, int userNamespace) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(MOUNT_ATTR_SIZE, 8);
            attributes.set(ValueLayout.JAVA_LONG, 0, set);
            attributes.set(ValueLayout.JAVA_LONG, 8, clear);
            attributes.set(ValueLayout.JAVA_LONG, 16, propagation);
            attributes.set(ValueLayout.JAVA_LONG, 24, userNamespace);
            Kernel.call(
                    Call.MOUNT_SETATTR,
                    "%s, 0x%x, set 0x%x, clear 0x%x, propagation 0x%x".formatted(path, flags, set, clear, propagation),
                    folder,
                    address(arena, path),
                    flags,
                    attributes.address(),
                    MOUNT_ATTR_SIZE);
        }
    }

    private static long address(Arena arena, @Nullable String text) {
        return text == null ? 0 : Kernel.text(arena, text).address();
    }
}
