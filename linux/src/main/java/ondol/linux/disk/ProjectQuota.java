package ondol.linux.disk;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.Kernel;
import ondol.linux.KernelException;

/**
 * Quotas of projects: a folder's project is inherited by all that is made below it, and the filesystem limits the space of
 * each project ({@code man 2 quotactl}, {@code quotactl_fd} of Linux 5.14; {@code man 2 ioctl_xfs_fsgetxattr}, which ext4
 * has too). ext4 has them with the feature {@code project} and the mount option {@code prjquota}, XFS with
 * {@code prjquota}.
 */
public final class ProjectQuota {
    private static final int FS_IOC_FSGETXATTR = 0x801c581f;
    private static final int FS_IOC_FSSETXATTR = 0x401c5820;
    private static final int FS_XFLAG_PROJINHERIT = 0x200;

    /** {@code struct fsxattr}: flags, extent size, extents, project, and more. */
    private static final int FSXATTR_BYTES = 28;

    private static final int PROJECT = 12;

    private static final int Q_GETQUOTA = 0x800007;
    private static final int Q_SETQUOTA = 0x800008;
    private static final int Q_GETNEXTQUOTA = 0x800009;
    private static final int PRJQUOTA = 2;

    /** {@code struct if_nextdqblk}: eight words, what of them is valid, the project. Limits are in units of 1024 bytes. */
    private static final int DQBLK_BYTES = 72;

    private static final int SPACE_USED = 16;
    private static final int FILES = 40;
    private static final int VALID = 64;
    private static final int NEXT_ID = 68;
    private static final int QIF_BLIMITS = 1;
    private static final long UNIT = 1024;

    private ProjectQuota() {}

    /** Whether the filesystem of a folder limits projects. */
    public static boolean isHere(Path folder) {
        try (Descriptor open = open(folder);
                Arena arena = Arena.ofConfined()) {
            int result = quota(open, Q_GETQUOTA, 0, arena.allocate(DQBLK_BYTES, 8));
            return result == 0;
        }
    }

    /**
     * Limits a new, empty folder and all that will be made below it.
     *
     * @param project a number that no other folder of this filesystem has
     * @param bytes rounded up to 1024
     */
    public static void limit(Path folder, int project, long bytes) {
        try (Descriptor open = open(folder);
                Arena arena = Arena.ofConfined()) {
            setSpace(open, project, bytes, arena);
            assign(open, project, arena);
        }
    }

    /** Counts a folder that is empty, and all that will be made below it, to a project. */
    public static void assign(Path folder, int project) {
        try (Descriptor open = open(folder);
                Arena arena = Arena.ofConfined()) {
            assign(open, project, arena);
        }
    }

    /**
     * Gives a project another limit.
     *
     * @param bytes rounded up to 1024; 0 for none
     */
    public static void change(Path anyFolder, int project, long bytes) {
        try (Descriptor open = open(anyFolder);
                Arena arena = Arena.ofConfined()) {
            setSpace(open, project, bytes, arena);
        }
    }

    private static void assign(Descriptor open, int project, Arena arena) {
        MemorySegment attributes = arena.allocate(FSXATTR_BYTES, 8);
        Kernel.call(Call.IOCTL, open + ", FS_IOC_FSGETXATTR", open.number(), FS_IOC_FSGETXATTR, attributes.address());
        attributes.set(JAVA_INT, 0, attributes.get(JAVA_INT, 0) | FS_XFLAG_PROJINHERIT);
        attributes.set(JAVA_INT, PROJECT, project);
        Kernel.call(Call.IOCTL, open + ", FS_IOC_FSSETXATTR", open.number(), FS_IOC_FSSETXATTR, attributes.address());
    }

    private static void setSpace(Descriptor folder, int project, long bytes, Arena arena) {
        MemorySegment block = arena.allocate(DQBLK_BYTES, 8);
        long units = bytes / UNIT + (bytes % UNIT == 0 ? 0 : 1);
        block.set(JAVA_LONG, 0, units); // the hard limit
        block.set(JAVA_LONG, 8, units); // the soft one, which nobody waits for
        block.set(JAVA_INT, VALID, QIF_BLIMITS);
        int result = quota(folder, Q_SETQUOTA, project, block);
        if (result < 0) {
            throw new KernelException("quotactl_fd", folder + ", Q_SETQUOTA, " + project, Errno.of(-result));
        }
    }

    /** Forgets the limit of a project, whose files go or have gone. */
    public static void release(Path anyFolder, int project) {
        change(anyFolder, project, 0);
    }

    /** A folder's project; 0 where it has none. */
    public static int projectOf(Path folder) {
        try (Descriptor open = open(folder);
                Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = arena.allocate(FSXATTR_BYTES, 8);
            long result = Kernel.raw(Call.IOCTL, open.number(), FS_IOC_FSGETXATTR, attributes.address());
            return result < 0 ? 0 : attributes.get(JAVA_INT, PROJECT);
        }
    }

    /** Bytes on disk of a project. */
    public static long used(Path anyFolder, int project) {
        try (Descriptor open = open(anyFolder);
                Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(DQBLK_BYTES, 8);
            return quota(open, Q_GETQUOTA, project, block) < 0 ? 0 : block.get(JAVA_LONG, SPACE_USED);
        }
    }

    /** The projects from one number to another that have a limit or files. */
    public static List<Integer> known(Path anyFolder, int first, int last) {
        List<Integer> found = new ArrayList<>();
        try (Descriptor open = open(anyFolder);
                Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(DQBLK_BYTES, 8);
            int next = first;
            while (next <= last && quota(open, Q_GETNEXTQUOTA, next, block) == 0) {
                int id = block.get(JAVA_INT, NEXT_ID);
                if (id < next || id > last) {
                    break;
                }
                // ext4 goes on listing for a while what has no file and no limit any more
                if (block.get(JAVA_LONG, 0) != 0
                        || block.get(JAVA_LONG, SPACE_USED) != 0
                        || block.get(JAVA_LONG, FILES) != 0) {
                    found.add(id);
                }
                next = id + 1;
            }
        }
        return found;
    }

    /** 0 or the negated error number. */
    private static int quota(Descriptor folder, int command, int project, MemorySegment block) {
        return (int) Kernel.raw(Call.QUOTACTL_FD, folder.number(), command << 8 | PRJQUOTA, project, block.address());
    }

    private static Descriptor open(Path folder) {
        return Files.open(folder.toString(), Files.O_RDONLY | Files.O_DIRECTORY);
    }
}
