package ondol.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Extended attributes ({@code man 7 xattr}) of open files, and of names in open folders without following a link. Names
 * are full, such as {@code security.capability}; values are at most 64 KiB.
 */
public final class Xattr {
    /** The most bytes of a value, and of a file's list of names. */
    public static final int LIMIT = 65536;

    private Xattr() {}

    /** {@code fgetxattr(2)}; null where the file has no such attribute, or its filesystem none at all. */
    public static byte @Nullable [] get(Descriptor file, String name) {
        try (Arena arena = Arena.ofConfined()) {
            return read(
                    "fgetxattr",
                    name,
                    arena,
                    (b, n) -> Kernel.raw(Call.FGETXATTR, file.number(), text(arena, name), b, n));
        }
    }

    /** {@code lgetxattr(2)} of a name in a folder. */
    public static byte @Nullable [] get(Descriptor folder, String file, String name) {
        try (Arena arena = Arena.ofConfined()) {
            long path = text(arena, folder.path() + "/" + file);
            return read("lgetxattr", name, arena, (b, n) -> Kernel.raw(Call.LGETXATTR, path, text(arena, name), b, n));
        }
    }

    /** {@code flistxattr(2)}: names, in the filesystem's order; empty where the filesystem has no attributes. */
    public static List<String> list(Descriptor file) {
        try (Arena arena = Arena.ofConfined()) {
            return names(read("flistxattr", "", arena, (b, n) -> Kernel.raw(Call.FLISTXATTR, file.number(), b, n)));
        }
    }

    /** {@code llistxattr(2)} of a name in a folder. */
    public static List<String> list(Descriptor folder, String file) {
        try (Arena arena = Arena.ofConfined()) {
            long path = text(arena, folder.path() + "/" + file);
            return names(read("llistxattr", file, arena, (b, n) -> Kernel.raw(Call.LLISTXATTR, path, b, n)));
        }
    }

    /** {@code fsetxattr(2)}: sets it, new or not. */
    public static void set(Descriptor file, String name, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    Call.FSETXATTR,
                    file + ", " + Names.printable(name),
                    file.number(),
                    text(arena, name),
                    bytes(arena, value),
                    value.length,
                    0);
        }
    }

    /** {@code lsetxattr(2)} of a name in a folder. */
    public static void set(Descriptor folder, String file, String name, byte[] value) {
        try (Arena arena = Arena.ofConfined()) {
            Kernel.call(
                    Call.LSETXATTR,
                    Names.printable(file + ", " + name),
                    text(arena, folder.path() + "/" + file),
                    text(arena, name),
                    bytes(arena, value),
                    value.length,
                    0);
        }
    }

    /** {@code fremovexattr(2)}; content where there is none. */
    public static void remove(Descriptor file, String name) {
        try (Arena arena = Arena.ofConfined()) {
            long result = Kernel.raw(Call.FREMOVEXATTR, file.number(), text(arena, name));
            if (result < 0 && result != -Errno.ENODATA.number()) {
                throw new KernelException("fremovexattr", Names.printable(name), Errno.of((int) -result));
            }
        }
    }

    private interface Reading {
        long into(long buffer, long size);
    }

    private static byte @Nullable [] read(String call, String shown, Arena arena, Reading reading) {
        MemorySegment buffer = arena.allocate(512);
        long length = reading.into(buffer.address(), buffer.byteSize());
        if (length == -Errno.ERANGE.number()) {
            buffer = arena.allocate(LIMIT);
            length = reading.into(buffer.address(), buffer.byteSize());
        }
        if (length == -Errno.ENODATA.number() || length == -Errno.ENOTSUP.number()) {
            return null;
        }
        if (length < 0) {
            throw new KernelException(call, Names.printable(shown), Errno.of((int) -length));
        }
        return buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static List<String> names(byte @Nullable [] list) {
        List<String> names = new ArrayList<>();
        if (list != null) {
            int start = 0;
            for (int i = 0; i < list.length; i++) {
                if (list[i] == 0) {
                    names.add(Names.decode(java.util.Arrays.copyOfRange(list, start, i)));
                    start = i + 1;
                }
            }
        }
        return names;
    }

    private static long text(Arena arena, String text) {
        return Files.text(arena, text);
    }

    private static long bytes(Arena arena, byte[] value) {
        return value.length == 0
                ? 0
                : arena.allocateFrom(ValueLayout.JAVA_BYTE, value).address();
    }
}
