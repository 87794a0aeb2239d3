package ondol.linux.cgroup;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the small files of control groups by system calls: cheaper than {@code java.nio}, and the error
 * number, which says why the kernel refuses a limit, is kept.
 */
final class GroupFiles {
    /** A list of processes is the longest file there is; four million of them are this long. */
    private static final int MOST_BYTES = 32 << 20;

    private GroupFiles() {}

    /** Writes all at once, as these files want it: 0, or the negated error number. */
    static int write(String path, String value) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, path, Files.O_WRONLY);
            if (fd < 0) {
                return fd;
            }
            MemorySegment bytes = arena.allocateFrom(value);
            long written = Kernel.raw(Call.WRITE, fd, bytes.address(), bytes.byteSize() - 1);
            Kernel.raw(Call.CLOSE, fd);
            return written < 0 ? (int) written : 0;
        }
    }

    /** As {@link #write}, for files that the group must have. */
    static void mustWrite(String path, String value) {
        succeed(write(path, value), "write", path + ", " + value);
    }

    /** The content of a file that must be there. */
    static String read(String path) {
        String content = readOrNull(path);
        if (content == null) {
            throw new KernelException("openat", path, Errno.ENOENT);
        }
        return content;
    }

    /** The content, or null where the file or its group is not there. */
    static @Nullable String readOrNull(String path) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, path, Files.O_RDONLY);
            if (fd == -Errno.ENOENT.number() || fd == -Errno.ENODEV.number()) {
                return null;
            }
            succeed(fd, "openat", path);
            try {
                return readAll(arena, fd, path);
            } finally {
                Kernel.raw(Call.CLOSE, fd);
            }
        }
    }

    private static @Nullable String readAll(Arena arena, int fd, String path) {
        MemorySegment buffer = arena.allocate(4096);
        byte[] content = new byte[4096];
        int length = 0;
        while (true) {
            long count = Kernel.raw(Call.READ, fd, buffer.address(), buffer.byteSize());
            if (count == -Errno.ENODEV.number()) {
                return null; // the group went away while it was read
            }
            succeed((int) count, "read", path);
            if (count == 0) {
                return new String(content, 0, length, StandardCharsets.UTF_8);
            }
            if (length + count > MOST_BYTES) {
                throw new KernelException("read", path, Errno.EFBIG);
            }
            if (length + count > content.length) {
                content = Arrays.copyOf(content, content.length * 2);
            }
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, content, length, (int) count);
            length += (int) count;
        }
    }

    private static int open(Arena arena, String path, int flags) {
        return (int) Kernel.raw(
                Call.OPENAT, Kernel.AT_FDCWD, Kernel.text(arena, path).address(), flags | Files.O_CLOEXEC, 0);
    }

    /** Opens a group's directory, for calls that want a descriptor of it. */
    static Descriptor directory(String path) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = open(arena, path, Files.O_RDONLY | Files.O_DIRECTORY);
            succeed(fd, "openat", path);
            return new Descriptor(fd, path);
        }
    }

    static boolean exists(String path) {
        try (Arena arena = Arena.ofConfined()) {
            return Kernel.raw(
                            Call.FACCESSAT,
                            Kernel.AT_FDCWD,
                            Kernel.text(arena, path).address(),
                            0)
                    == 0;
        }
    }

    /** Whether groups were made below a group: a directory has a link from itself, its parent and each child. */
    static boolean hasChildren(String path) {
        try {
            return Files.stat(Kernel.AT_FDCWD, path, 0).links() > 2;
        } catch (KernelException e) {
            return false; // gone meanwhile
        }
    }

    /** 0, or the negated error number. */
    static int makeDirectory(String path) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Kernel.raw(
                    Call.MKDIRAT, Kernel.AT_FDCWD, Kernel.text(arena, path).address(), 0755);
        }
    }

    /** 0, or the negated error number. */
    static int removeDirectory(String path) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) Kernel.raw(
                    Call.UNLINKAT, Kernel.AT_FDCWD, Kernel.text(arena, path).address(), Files.AT_REMOVEDIR);
        }
    }

    /** @throws KernelException where the result is a negated error number */
    static void succeed(int result, String call, String shown) {
        if (result < 0) {
            throw new KernelException(call, shown, Errno.of(-result));
        }
    }
}
