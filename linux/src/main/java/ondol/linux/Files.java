package ondol.linux;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files by descriptors and paths below them, each method named after its call in section 2 of the manual. Names are text
 * as {@link Names} has it.
 *
 * <p>Paths inside a container's or an image's root come from strangers. They are opened with {@link #openInRoot} (links
 * are followed as if the folder were {@code /}) or {@link #openBeneath} (leaving the folder is an error); the other
 * methods take a single name in a folder that was opened so.
 */
public final class Files {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0100;
    public static final int O_EXCL = 0200;
    public static final int O_NOCTTY = 0400;
    public static final int O_TRUNC = 01000;
    public static final int O_APPEND = 02000;
    public static final int O_NONBLOCK = 04000;
    public static final int O_CLOEXEC = 02000000;
    public static final int O_PATH = 010000000;
    /** The most bytes of a setting: the kernel gives no more than a page. */
    private static final int SETTING = 4096;

    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    public static final int O_DIRECTORY = ARM ? 040000 : 0200000;
    public static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;

    public static final long RESOLVE_NO_XDEV = 0x01;
    public static final long RESOLVE_NO_MAGICLINKS = 0x02;
    public static final long RESOLVE_NO_SYMLINKS = 0x04;
    public static final long RESOLVE_BENEATH = 0x08;
    public static final long RESOLVE_IN_ROOT = 0x10;

    public static final int S_IFMT = 0170000;
    public static final int S_IFSOCK = 0140000;
    public static final int S_IFLNK = 0120000;
    public static final int S_IFREG = 0100000;
    public static final int S_IFBLK = 0060000;
    public static final int S_IFDIR = 0040000;
    public static final int S_IFCHR = 0020000;
    public static final int S_IFIFO = 0010000;

    public static final int AT_REMOVEDIR = 0x200;
    public static final int AT_SYMLINK_FOLLOW = 0x400;

    public static final int RENAME_NOREPLACE = 1;
    public static final int RENAME_EXCHANGE = 2;

    /** The longest path that the kernel takes, with its ending zero. */
    public static final int PATH_MAX = 4096;

    private static final int STATX_BASIC_STATS_AND_MNT_ID = 0x7ff | 0x1000;
    private static final int OPEN_HOW_BYTES = 24;

    private Files() {}

    /**
     * {@code openat2(2)}; close-on-exec is added to the flags.
     *
     * @param folder a descriptor, or {@link Kernel#AT_FDCWD}
     * @param mode permissions of a file that is created; else 0
     * @param resolve RESOLVE_*
     */
    public static Descriptor openat2(int folder, String path, int flags, int mode, long resolve) {
        long result = rawOpenat2(folder, path, flags, mode, resolve);
        if (result < 0) {
            throw new KernelException("openat2", Names.printable(path), Errno.of((int) -result));
        }
        return new Descriptor((int) result, path);
    }

    private static long rawOpenat2(int folder, String path, int flags, int mode, long resolve) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(OPEN_HOW_BYTES, 8);
            how.set(ValueLayout.JAVA_LONG, 0, flags | O_CLOEXEC);
            how.set(ValueLayout.JAVA_LONG, 8, mode);
            how.set(ValueLayout.JAVA_LONG, 16, resolve);
            long address = text(arena, path);
            long result = Kernel.raw(Call.OPENAT2, folder, address, how.address(), OPEN_HOW_BYTES);
            // EAGAIN: something was renamed while the kernel looked whether the path stays inside
            for (int tries = 0; result == -Errno.EAGAIN.number() && tries < 100; tries++) {
                result = Kernel.raw(Call.OPENAT2, folder, address, how.address(), OPEN_HOW_BYTES);
            }
            return result;
        }
    }

    /** Opens a path of this machine, following links: for folders of the engine's own and what its user names. */
    public static Descriptor open(String path, int flags) {
        return openat2(Kernel.AT_FDCWD, path, flags, 0, 0);
    }

    /** Opens a path as if the folder were the root: absolute links and {@code ..} stay inside. */
    public static Descriptor openInRoot(Descriptor root, String path, int flags, int mode) {
        return openat2(root.number(), path, flags, mode, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    }

    /** As {@link #openInRoot}; null where there is nothing by that name (ENOENT, ENOTDIR) or a link leads in circles. */
    public static @Nullable Descriptor openInRootIfThere(Descriptor root, String path, int flags) {
        long result = rawOpenat2(root.number(), path, flags, 0, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
        if (result >= 0) {
            return new Descriptor((int) result, path);
        }
        Errno errno = Errno.of((int) -result);
        if (errno == Errno.ENOENT || errno == Errno.ENOTDIR || errno == Errno.ELOOP) {
            return null;
        }
        throw new KernelException("openat2", Names.printable(path), errno);
    }

    /** Opens a path that must not leave the folder (EXDEV), nor the filesystem's own links. */
    public static Descriptor openBeneath(Descriptor root, String path, int flags, int mode) {
        return openat2(root.number(), path, flags, mode, RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS);
    }

    /** Opens a single name in a folder, whatever it is, following no link. */
    public static Descriptor openName(Descriptor folder, String name, int flags) {
        return openat2(
                folder.number(), name, flags | O_NOFOLLOW, 0, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
    }

    /** {@code statx(2)} of an open file. */
    public static Stat fstat(Descriptor file) {
        return stat(file.number(), "", Mounts.AT_EMPTY_PATH);
    }

    /** {@code statx(2)} of a name in a folder, following no link. */
    public static Stat lstat(Descriptor folder, String name) {
        return stat(folder.number(), name, Mounts.AT_SYMLINK_NOFOLLOW);
    }

    /** As {@link #lstat}; null where there is nothing by that name. */
    public static @Nullable Stat lstatIfThere(Descriptor folder, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Stat.BYTES, 8);
            long result = rawStatx(arena, folder.number(), name, Mounts.AT_SYMLINK_NOFOLLOW, buffer);
            if (result == -Errno.ENOENT.number()) {
                return null;
            }
            check("statx", name, result);
            return Stat.of(buffer);
        }
    }

    /**
     * {@code statx(2)}.
     *
     * @param flags AT_EMPTY_PATH, AT_SYMLINK_NOFOLLOW
     */
    public static Stat stat(int folder, String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Stat.BYTES, 8);
            check("statx", path, rawStatx(arena, folder, path, flags, buffer));
            return Stat.of(buffer);
        }
    }

    private static long rawStatx(Arena arena, int folder, String path, int flags, MemorySegment buffer) {
        return Kernel.raw(
                Call.STATX,
                folder,
                text(arena, path),
                flags | Mounts.AT_NO_AUTOMOUNT,
                STATX_BASIC_STATS_AND_MNT_ID,
                buffer.address());
    }

    public static void mkdirat(Descriptor folder, String name, int mode) {
        one(Call.MKDIRAT, folder, name, mode, 0);
    }

    /** {@code mkdirat(2)}, content with a folder that is there. */
    public static void mkdiratIfAbsent(Descriptor folder, String name, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            long result = Kernel.raw(Call.MKDIRAT, folder.number(), text(arena, name), mode);
            if (result != -Errno.EEXIST.number()) {
                check("mkdirat", name, result);
            }
        }
    }

    /**
     * {@code mknodat(2)}.
     *
     * @param mode type and permissions
     * @param major 0 to 4095
     * @param minor 0 to 1048575
     */
    public static void mknodat(Descriptor folder, String name, int mode, int major, int minor) {
        if (major < 0 || major > 0xfff || minor < 0 || minor > 0xfffff) {
            throw new KernelException(
                    "mknodat", "%s, %d:%d".formatted(Names.printable(name), major, minor), Errno.EINVAL);
        }
        long device = (minor & 0xffL) | ((long) major << 8) | ((minor & ~0xffL) << 12);
        one(Call.MKNODAT, folder, name, mode, device);
    }

    public static void symlinkat(String target, Descriptor folder, String name) {
        try (Arena arena = Arena.ofConfined()) {
            check(
                    "symlinkat",
                    name,
                    Kernel.raw(Call.SYMLINKAT, text(arena, target), folder.number(), text(arena, name)));
        }
    }

    /** {@code readlinkat(2)}; an empty name reads the link that the descriptor is open on (O_PATH). */
    public static String readlinkat(Descriptor folder, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(PATH_MAX);
            long length = check(
                    "readlinkat",
                    name,
                    Kernel.raw(Call.READLINKAT, folder.number(), text(arena, name), buffer.address(), PATH_MAX));
            return Names.decode(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** {@code linkat(2)}: a further name for a file, following no link. */
    public static void linkat(Descriptor fromFolder, String fromName, Descriptor toFolder, String toName) {
        try (Arena arena = Arena.ofConfined()) {
            check(
                    "linkat",
                    fromName + ", " + toName,
                    Kernel.raw(
                            Call.LINKAT,
                            fromFolder.number(),
                            text(arena, fromName),
                            toFolder.number(),
                            text(arena, toName),
                            0));
        }
    }

    /**
     * {@code unlinkat(2)}.
     *
     * @param flags {@link #AT_REMOVEDIR} for an empty folder, else 0
     */
    public static void unlinkat(Descriptor folder, String name, int flags) {
        one(Call.UNLINKAT, folder, name, flags, 0);
    }

    /** {@code renameat2(2)}. */
    public static void renameat2(
            Descriptor fromFolder, String fromName, Descriptor toFolder, String toName, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            check(
                    "renameat2",
                    fromName + ", " + toName,
                    Kernel.raw(
                            Call.RENAMEAT2,
                            fromFolder.number(),
                            text(arena, fromName),
                            toFolder.number(),
                            text(arena, toName),
                            flags));
        }
    }

    /** {@code fchownat(2)}, following no link; an empty name means the descriptor itself. */
    public static void fchownat(Descriptor folder, String name, int uid, int gid) {
        try (Arena arena = Arena.ofConfined()) {
            int flags = Mounts.AT_SYMLINK_NOFOLLOW | (name.isEmpty() ? Mounts.AT_EMPTY_PATH : 0);
            long result = Kernel.raw(Call.FCHOWNAT, folder.number(), text(arena, name), uid, gid, flags);
            if (result < 0) {
                check("fchownat", "%s, %d, %d".formatted(name, uid, gid), result);
            }
        }
    }

    /** {@code fchmod(2)} of an open file. */
    public static void fchmod(Descriptor file, int permissions) {
        check("fchmod", file, Kernel.raw(Call.FCHMOD, file.number(), permissions));
    }

    /** {@code fchmodat(2)} of a name that is known to be no link: the call follows links. */
    public static void fchmodat(Descriptor folder, String name, int permissions) {
        one(Call.FCHMODAT, folder, name, permissions, 0);
    }

    /** {@code utimensat(2)}: both times, following no link. An empty name means the descriptor itself. */
    public static void utimensat(Descriptor folder, String name, long seconds, int nanoseconds) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = arena.allocate(32, 8);
            for (int at = 0; at < 32; at += 16) {
                times.set(ValueLayout.JAVA_LONG, at, seconds);
                times.set(ValueLayout.JAVA_LONG, at + 8, nanoseconds);
            }
            // without a name the call takes a null address and no flags
            long path = name.isEmpty() ? 0 : text(arena, name);
            int flags = name.isEmpty() ? 0 : Mounts.AT_SYMLINK_NOFOLLOW;
            check("utimensat", name, Kernel.raw(Call.UTIMENSAT, folder.number(), path, times.address(), flags));
        }
    }

    public static void ftruncate(Descriptor file, long size) {
        check("ftruncate", file + ", " + size, Kernel.raw(Call.FTRUNCATE, file.number(), size));
    }

    /** {@code syncfs(2)}: what was written to the filesystem of this file is on disk when it returns. */
    public static void syncfs(Descriptor file) {
        check("syncfs", file, Kernel.raw(Call.SYNCFS, file.number()));
    }

    /** {@code fsync(2)}. */
    public static void fsync(Descriptor file) {
        check("fsync", file, Kernel.raw(Call.FSYNC, file.number()));
    }

    /** The filesystem's magic number ({@code man 2 statfs}), such as 0x794c7630 for overlay. */
    public static long filesystemType(Descriptor file) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(120, 8);
            check("fstatfs", file, Kernel.raw(Call.FSTATFS, file.number(), buffer.address()));
            return buffer.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    /** {@code pwrite(2)} of all of a buffer. */
    public static void pwriteAll(Descriptor file, MemorySegment buffer, long length, long offset) {
        long done = 0;
        while (done < length) {
            done += check(
                    "pwrite",
                    file,
                    Kernel.raw(Call.PWRITE64, file.number(), buffer.address() + done, length - done, offset + done));
        }
    }

    /** {@code read(2)}: how many bytes were read; 0 at the end. */
    public static long read(Descriptor file, MemorySegment buffer) {
        return check("read", file, Kernel.raw(Call.READ, file.number(), buffer.address(), buffer.byteSize()));
    }

    /**
     * All bytes of a small regular file.
     *
     * @param limit the most bytes that are taken
     * @throws KernelException EFBIG where it is larger, EINVAL where it is no regular file
     */
    public static byte[] readSmall(Descriptor file, int limit) {
        if (!fstat(file).isRegular()) {
            throw new KernelException("read", file + ", not a regular file", Errno.EINVAL);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(16384);
            long length;
            while ((length = read(file, buffer)) > 0) {
                if (bytes.size() + length > limit) {
                    throw new KernelException("read", "%s, more than %d bytes".formatted(file, limit), Errno.EFBIG);
                }
                bytes.writeBytes(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
            }
        }
        return bytes.toByteArray();
    }

    /**
     * What a file below {@code /proc/sys} says, without the end of its line ({@code man 5 proc_sys}); empty where it is not
     * there or cannot be read. The JDK's own way makes more system calls.
     */
    public static String readSetting(String path) {
        try (Descriptor file = open(path, O_RDONLY | O_CLOEXEC)) {
            return new String(readSmall(file, SETTING), StandardCharsets.US_ASCII).strip();
        } catch (KernelException e) {
            return "";
        }
    }

    /**
     * The names in an open folder, without {@code .} and {@code ..}, in the filesystem's order ({@code man 2
     * getdents64}). The descriptor's position must be at the start, and is at the end afterwards.
     */
    public static List<String> list(Descriptor folder) {
        List<String> names = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(32768, 8);
            long length;
            while ((length = check(
                            "getdents64",
                            folder,
                            Kernel.raw(Call.GETDENTS64, folder.number(), buffer.address(), buffer.byteSize())))
                    > 0) {
                addNames(buffer, length, names);
            }
        }
        return names;
    }

    private static void addNames(MemorySegment buffer, long length, List<String> names) {
        // struct linux_dirent64: u64 ino, s64 off, u16 reclen, u8 type, then the name, ended by a zero
        for (long at = 0; at < length; at += buffer.get(ValueLayout.JAVA_SHORT, at + 16) & 0xffff) {
            long end = at + 19;
            while (buffer.get(ValueLayout.JAVA_BYTE, end) != 0) {
                end++;
            }
            String name = Names.decode(buffer.asSlice(at + 19, end - at - 19).toArray(ValueLayout.JAVA_BYTE));
            if (!name.equals(".") && !name.equals("..")) {
                names.add(name);
            }
        }
    }

    private static void one(Call call, Descriptor folder, String name, long third, long fourth) {
        try (Arena arena = Arena.ofConfined()) {
            check(call.manual(), name, Kernel.raw(call, folder.number(), text(arena, name), third, fourth));
        }
    }

    /** @param what becomes text only where the kernel refuses: an unpacked layer makes these calls by the ten thousand */
    private static long check(String call, Object what, long result) {
        if (result < 0) {
            throw new KernelException(call, Names.printable(what.toString()), Errno.of((int) -result));
        }
        return result;
    }

    static long text(Arena arena, String name) {
        byte[] bytes = Names.encode(name);
        MemorySegment segment = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return segment.address();
    }
}
