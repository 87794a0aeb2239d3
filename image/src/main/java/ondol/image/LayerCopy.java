package ondol.image;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.linux.Stat;

/**
 * Copies a layer's folder over a plain one, as an overlay would show it: whiteouts delete, opaque folders replace. Owners,
 * modes, times, attributes and hard links are kept; contents are shared where the filesystem can ({@code man 2
 * copy_file_range}). Used by one thread.
 */
final class LayerCopy {
    private static final int SEEK_SET = 0;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;

    private record File(long device, long inode) {}

    private final Descriptor target;
    private final WalkedFolders from;
    private final WalkedFolders to;
    private final Map<File, String> linked = new HashMap<>();

    private LayerCopy(Descriptor target, WalkedFolders from, WalkedFolders to) {
        this.target = target;
        this.from = from;
        this.to = to;
    }

    /**
     * Applies one layer.
     *
     * @param layer open for reading
     * @param target a folder that nobody else writes to
     */
    static void apply(Descriptor layer, Descriptor target) {
        try (WalkedFolders from = new WalkedFolders(layer, WalkedFolders.READ);
                WalkedFolders to = new WalkedFolders(target, WalkedFolders.READ)) {
            new LayerCopy(target, from, to).all();
        }
    }

    private void all() {
        Deque<Iterator<String>> levels = new ArrayDeque<>();
        levels.push(Trees.names(from.here()).iterator());
        while (!levels.isEmpty()) {
            Iterator<String> names = levels.element();
            if (names.hasNext()) {
                if (entry(names.next())) {
                    levels.push(Trees.names(from.here()).iterator());
                }
                continue;
            }
            attributes(from.here(), to.here());
            levels.pop();
            if (!levels.isEmpty()) {
                from.leave();
                to.leave();
            }
        }
    }

    /** @return whether it is a folder, which was entered */
    private boolean entry(String name) {
        Stat stat = Files.lstat(from.here(), name);
        if (stat.isFolder()) {
            enter(name);
            return true;
        }
        Trees.delete(to.here(), name);
        if (!stat.isWhiteout() && stat.type() != Files.S_IFSOCK && !hardLink(stat, name)) {
            make(from.here(), to.here(), name, stat);
        }
        return false;
    }

    private void enter(String name) {
        from.enter(name);
        Stat there = Files.lstatIfThere(to.here(), name);
        if (there != null && (!there.isFolder() || Overlays.isOpaque(from.here()))) {
            Trees.delete(to.here(), name);
        }
        Files.mkdiratIfAbsent(to.here(), name, 0700);
        to.enter(name);
    }

    /** Links to the copy of the same file, where there is one already. */
    private boolean hardLink(Stat stat, String name) {
        if (stat.links() < 2) {
            return false;
        }
        String first = linked.putIfAbsent(new File(stat.device(), stat.inode()), to.path() + name);
        if (first == null) {
            return false;
        }
        int slash = first.lastIndexOf('/');
        try (Descriptor folder = Trees.open(target, slash < 0 ? "." : first.substring(0, slash), WalkedFolders.LOOK)) {
            Files.linkat(folder, first.substring(slash + 1), to.here(), name);
        }
        return true;
    }

    private static void make(Descriptor from, Descriptor to, String name, Stat stat) {
        if (stat.isRegular()) {
            int flags = Files.O_WRONLY | Files.O_CREAT | Files.O_EXCL | Files.O_NOFOLLOW;
            try (Descriptor source = Files.openName(from, name, Files.O_RDONLY);
                    Descriptor made = Files.openBeneath(to, name, flags, 0600)) {
                contents(source, made, stat);
                attributes(source, made);
            }
            return;
        }
        if (stat.isSymlink()) {
            Files.symlinkat(Files.readlinkat(from, name), to, name);
            Files.fchownat(to, name, stat.uid(), stat.gid());
        } else {
            Files.mknodat(to, name, stat.type() | 0600, stat.major(), stat.minor());
            Files.fchownat(to, name, stat.uid(), stat.gid());
            Files.fchmodat(to, name, stat.permissions());
        }
        Files.utimensat(to, name, stat.seconds(), stat.nanoseconds());
    }

    /** Gives one open file or folder what another has: owner, mode, attributes, time. */
    static void attributes(Descriptor from, Descriptor to) {
        Stat stat = Files.fstat(from);
        Files.fchownat(to, "", stat.uid(), stat.gid());
        // after the owner: changing that clears setuid bits and capabilities
        Files.fchmod(to, stat.permissions());
        Xattrs.apply(Xattrs.of(from), to);
        Files.utimensat(to, "", stat.seconds(), stat.nanoseconds());
    }

    /** Copies what is between holes, in the kernel. */
    private static void contents(Descriptor from, Descriptor to, Stat stat) {
        Files.ftruncate(to, stat.size());
        long end = 0;
        while (end < stat.size()) {
            long data = Kernel.raw(Call.LSEEK, from.number(), end, SEEK_DATA);
            if (data == -Errno.ENXIO.number()) {
                return; // nothing but a hole is left
            }
            long begin = checked("lseek", data);
            end = checked("lseek", Kernel.raw(Call.LSEEK, from.number(), begin, SEEK_HOLE));
            checked("lseek", Kernel.raw(Call.LSEEK, from.number(), begin, SEEK_SET));
            checked("lseek", Kernel.raw(Call.LSEEK, to.number(), begin, SEEK_SET));
            range(from, to, end - begin);
        }
    }

    private static void range(Descriptor from, Descriptor to, long length) {
        Call call = Call.COPY_FILE_RANGE;
        for (long rest = length; rest > 0; ) {
            long copied = call == Call.SENDFILE
                    ? Kernel.raw(call, to.number(), from.number(), 0, rest)
                    : Kernel.raw(call, from.number(), 0, to.number(), 0, rest, 0);
            if (copied <= 0 && call == Call.COPY_FILE_RANGE) {
                call = Call.SENDFILE; // not between these two filesystems: the older call copies any bytes
            } else if (copied == 0) {
                return; // the file became shorter, which a layer's never does
            } else {
                rest -= checked(call.manual(), copied);
            }
        }
    }

    private static long checked(String call, long result) {
        if (result < 0) {
            throw new KernelException(call, "a layer's file", Errno.of((int) -result));
        }
        return result;
    }
}
