package ondol.image;

import java.util.List;
import java.util.Map;
import ondol.linux.Files;
import ondol.linux.Stat;

/**
 * A header of a tar. Names are text as {@link ondol.linux.Names} has it.
 *
 * @param linkName what a link points to; else empty
 * @param mode permissions, twelve bits
 * @param size bytes of a file, with its holes
 * @param seconds when it was changed, since 1970
 * @param major of a device node
 * @param xattrs extended attributes by full name
 * @param extents where the data of a sparse file lies; empty where it has no holes
 */
public record TarEntry(
        Type type,
        String name,
        String linkName,
        int mode,
        int uid,
        int gid,
        long size,
        long seconds,
        int nanoseconds,
        int major,
        int minor,
        Map<String, byte[]> xattrs,
        List<Extent> extents) {
    /** What an entry is, with its letter in the header. */
    public enum Type {
        FILE('0', Files.S_IFREG),
        HARD_LINK('1', 0),
        SYMLINK('2', Files.S_IFLNK),
        CHARACTER_DEVICE('3', Files.S_IFCHR),
        BLOCK_DEVICE('4', Files.S_IFBLK),
        FOLDER('5', Files.S_IFDIR),
        FIFO('6', Files.S_IFIFO);

        final char letter;
        /** The type bits of {@code st_mode}. */
        final int bits;

        Type(char letter, int bits) {
            this.letter = letter;
            this.bits = bits;
        }
    }

    /** A piece of a sparse file that has data. */
    public record Extent(long offset, long length) {}

    /** The bytes that follow the header. */
    public long stored() {
        long stored = 0;
        for (Extent extent : extents) {
            stored += extent.length();
        }
        return extents.isEmpty() ? size : stored;
    }

    /** A file of root's that everybody may read, of no time, so that the same content gives the same tar. */
    public static TarEntry file(String name, long size) {
        return new TarEntry(Type.FILE, name, "", 0644, 0, 0, size, 0, 0, 0, 0, Map.of(), List.of());
    }

    /** An entry of no data with plain attributes, such as a whiteout. */
    public static TarEntry empty(String name) {
        return new TarEntry(Type.FILE, name, "", 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), List.of());
    }

    /** An entry for a file that is on disk. */
    public static TarEntry of(Type type, String name, String linkName, Stat stat, Map<String, byte[]> xattrs) {
        return new TarEntry(
                type,
                name,
                linkName,
                stat.permissions(),
                stat.uid(),
                stat.gid(),
                type == Type.FILE ? stat.size() : 0,
                stat.seconds(),
                stat.nanoseconds(),
                stat.major(),
                stat.minor(),
                xattrs,
                List.of());
    }
}
