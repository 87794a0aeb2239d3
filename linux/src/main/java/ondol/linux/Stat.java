package ondol.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What the kernel knows of a file ({@code man 2 statx}).
 *
 * @param mode type and permissions, as {@code st_mode}
 * @param size bytes
 * @param blocks blocks of 512 bytes that it takes on disk
 * @param device the filesystem, as one number that equals another's where the filesystem does
 * @param major of the device that a device node stands for
 * @param minor likewise
 * @param seconds when the contents changed, since 1970
 * @param nanoseconds 0 to 999999999, in addition
 * @param mount which mount it was reached through
 */
public record Stat(
        int mode,
        int uid,
        int gid,
        long size,
        long blocks,
        long inode,
        int links,
        long device,
        int major,
        int minor,
        long seconds,
        int nanoseconds,
        long mount) {
    static final int BYTES = 256;

    static Stat of(MemorySegment statx) {
        return new Stat(
                statx.get(ValueLayout.JAVA_SHORT, 28) & 0xffff,
                statx.get(ValueLayout.JAVA_INT, 20),
                statx.get(ValueLayout.JAVA_INT, 24),
                statx.get(ValueLayout.JAVA_LONG, 40),
                statx.get(ValueLayout.JAVA_LONG, 48),
                statx.get(ValueLayout.JAVA_LONG, 32),
                statx.get(ValueLayout.JAVA_INT, 16),
                ((long) statx.get(ValueLayout.JAVA_INT, 136) << 32) | statx.get(ValueLayout.JAVA_INT, 140),
                statx.get(ValueLayout.JAVA_INT, 128),
                statx.get(ValueLayout.JAVA_INT, 132),
                statx.get(ValueLayout.JAVA_LONG, 112),
                statx.get(ValueLayout.JAVA_INT, 120),
                statx.get(ValueLayout.JAVA_LONG, 144));
    }

    /** The same with another owner. */
    public Stat ownedBy(int user, int group) {
        return new Stat(
                mode, user, group, size, blocks, inode, links, device, major, minor, seconds, nanoseconds, mount);
    }

    public boolean isFolder() {
        return type() == Files.S_IFDIR;
    }

    public boolean isRegular() {
        return type() == Files.S_IFREG;
    }

    public boolean isSymlink() {
        return type() == Files.S_IFLNK;
    }

    /** Whether this is how an overlay's upper folder marks a name as gone: a character device 0:0. */
    public boolean isWhiteout() {
        return type() == Files.S_IFCHR && major == 0 && minor == 0;
    }

    /** One of the S_IF* constants of {@link Files}. */
    public int type() {
        return mode & Files.S_IFMT;
    }

    /** The lower twelve bits of the mode. */
    public int permissions() {
        return mode & 07777;
    }
}
