package ondol.image;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Names;
import ondol.linux.Stat;
import ondol.linux.Xattr;

/**
 * Writes a tree of files as a tar: names sorted, hard links kept, sockets left out. Links are not followed. What changes
 * meanwhile is written as it was found, filled up with zeros where a file became shorter. Used by one thread.
 */
final class TreeReader implements AutoCloseable {
    private static final int BUFFER = 256 << 10;

    /**
     * How to read.
     *
     * @param layer the tree is an overlay's upper folder: its whiteouts become those of the OCI image specification
     * @param crossMounts goes into other filesystems that are mounted in the tree
     * @param first what user and group 0 of the tree are here; from there on ids are counted
     */
    record Options(boolean layer, boolean crossMounts, int first) {
        /** A whole root. */
        static final Options ROOT = new Options(false, false, 0);

        /** An upper folder. */
        static final Options LAYER = new Options(true, false, 0);

        /** What is seen in a running container. */
        static Options live(int first) {
            return new Options(false, true, first);
        }
    }

    private record File(long device, long inode) {}

    private final TarWriter tar;
    private final Options options;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER);
    private final byte[] bytes = new byte[BUFFER];
    private final Map<File, String> linked = new HashMap<>();
    private long mount;

    TreeReader(OutputStream out, Options options) {
        this.tar = new TarWriter(out);
        this.options = options;
    }

    /** Writes a whole tree, itself as {@code ./}, and ends the tar. */
    void writeRoot(Descriptor root) throws IOException {
        Stat stat = Files.fstat(root);
        mount = stat.mount();
        try (Descriptor open = Files.openName(root, ".", Files.O_DIRECTORY);
                WalkedFolders at = new WalkedFolders(open, this::openFolder)) {
            tar.put(entryOf(TarEntry.Type.FOLDER, "./", "", stat, Xattrs.of(open)));
            inside(at, "");
        }
        tar.finish();
    }

    /**
     * Writes one file or tree, and ends the tar.
     *
     * @param as its name in the tar
     */
    void writeOne(Descriptor folder, String name, String as) throws IOException {
        mount = Files.lstat(folder, name).mount();
        try (WalkedFolders at = new WalkedFolders(folder, this::openFolder)) {
            if (entry(at, name, as)) {
                inside(at, as);
            }
        }
        tar.finish();
    }

    private record Level(String path, Iterator<String> names) {}

    private void inside(WalkedFolders at, String top) throws IOException {
        Deque<Level> levels = new ArrayDeque<>();
        levels.push(new Level(top, Trees.names(at.here()).iterator()));
        while (true) {
            Level level = levels.element();
            if (level.names.hasNext()) {
                String name = level.names.next();
                String path = level.path.isEmpty() ? name : level.path + "/" + name;
                if (entry(at, name, path)) {
                    levels.push(new Level(path, Trees.names(at.here()).iterator()));
                }
                continue;
            }
            levels.pop();
            if (levels.isEmpty()) {
                return;
            }
            at.leave();
        }
    }

    static ImageException tooDeep(String path) {
        return new ImageException(
                ImageException.Kind.UNSUPPORTED,
                "\"%s\" lies deeper than a path can name".formatted(Names.printable(path)));
    }

    /** @return whether it is a folder, which was entered */
    private boolean entry(WalkedFolders at, String name, String path) throws IOException {
        Descriptor folder = at.here();
        Stat stat = Files.lstatIfThere(folder, name);
        if (stat == null) {
            return false;
        }
        if (Names.encode(path).length >= Files.PATH_MAX) {
            throw tooDeep(path);
        }
        if (options.layer() && name.startsWith(".wh.")) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED,
                    "\"%s\" cannot be in a layer, where names that begin with .wh. mark what was deleted"
                            .formatted(Names.printable(path)));
        }
        switch (stat.type()) {
            case Files.S_IFDIR -> {
                return folder(at, name, path, stat);
            }
            case Files.S_IFREG -> file(folder, name, path, stat);
            case Files.S_IFLNK -> plain(TarEntry.Type.SYMLINK, path, Files.readlinkat(folder, name), stat);
            case Files.S_IFCHR -> {
                if (options.layer() && stat.isWhiteout()) {
                    int slash = path.lastIndexOf('/') + 1;
                    tar.put(TarEntry.empty(path.substring(0, slash) + ".wh." + name));
                } else {
                    plain(TarEntry.Type.CHARACTER_DEVICE, path, "", stat);
                }
            }
            case Files.S_IFBLK -> plain(TarEntry.Type.BLOCK_DEVICE, path, "", stat);
            case Files.S_IFIFO -> plain(TarEntry.Type.FIFO, path, "", stat);
            default -> {
                // a socket is of use only to the process that made it
            }
        }
        return false;
    }

    private TarEntry entryOf(TarEntry.Type type, String path, String link, Stat stat, Map<String, byte[]> xattrs) {
        Stat counted = stat.ownedBy(counted(stat.uid()), counted(stat.gid()));
        return TarEntry.of(type, path, link, counted, xattrs);
    }

    private int counted(int id) {
        return Integer.compareUnsigned(id, options.first()) < 0 ? id : id - options.first();
    }

    private void plain(TarEntry.Type type, String path, String link, Stat stat) throws IOException {
        if (!again(path, stat)) {
            tar.put(entryOf(type, path, link, stat, Map.of()));
        }
    }

    /** Writes a hard link where the same file was written before. */
    private boolean again(String path, Stat stat) throws IOException {
        if (stat.links() < 2) {
            return false;
        }
        String first = linked.putIfAbsent(new File(stat.device(), stat.inode()), path);
        if (first != null) {
            tar.put(entryOf(TarEntry.Type.HARD_LINK, path, first, stat, Map.of()));
        }
        return first != null;
    }

    private Descriptor open(Descriptor folder, String name, int flags) {
        long resolve =
                Files.RESOLVE_NO_SYMLINKS | (options.crossMounts() ? 0 : Files.RESOLVE_BENEATH | Files.RESOLVE_NO_XDEV);
        return Files.openat2(folder.number(), name, flags | Files.O_NOFOLLOW | Files.O_NONBLOCK, 0, resolve);
    }

    private boolean elsewhere(Stat stat) {
        return !options.crossMounts() && stat.mount() != mount;
    }

    private Descriptor openFolder(Descriptor above, String path) {
        return open(above, path, Files.O_DIRECTORY);
    }

    private boolean folder(WalkedFolders at, String name, String path, Stat stat) throws IOException {
        if (elsewhere(stat)) {
            tar.put(entryOf(TarEntry.Type.FOLDER, path + "/", "", stat, Map.of()));
            return false;
        }
        at.enter(name);
        Descriptor open = at.here();
        tar.put(entryOf(TarEntry.Type.FOLDER, path + "/", "", stat, Xattrs.of(open)));
        if (options.layer()) {
            refuse(open, Overlays.REDIRECT, path);
            if (Overlays.isOpaque(open)) {
                tar.put(TarEntry.empty(path + "/.wh..wh..opq"));
            }
        }
        return true;
    }

    private void refuse(Descriptor open, String xattr, String path) {
        if (Xattr.get(open, xattr) != null) {
            throw new ImageException(
                    ImageException.Kind.UNSUPPORTED,
                    "\"%s\" was renamed or changed in a way (%s) that only its overlay understands"
                            .formatted(Names.printable(path), xattr));
        }
    }

    private void file(Descriptor folder, String name, String path, Stat stat) throws IOException {
        if (again(path, stat) || elsewhere(stat)) {
            return;
        }
        try (Descriptor open = open(folder, name, Files.O_RDONLY)) {
            Stat now = Files.fstat(open);
            if (!now.isRegular()) {
                return;
            }
            if (options.layer()) {
                refuse(open, Overlays.METACOPY, path);
            }
            tar.put(entryOf(TarEntry.Type.FILE, path, "", now, Xattrs.of(open)));
            copy(open, now.size());
        }
    }

    private void copy(Descriptor file, long size) throws IOException {
        long rest = size;
        while (rest > 0) {
            int read = (int) Math.min(rest, Files.read(file, buffer));
            if (read == 0) {
                java.util.Arrays.fill(bytes, (byte) 0);
                read = (int) Math.min(rest, bytes.length);
            } else {
                MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, 0, read);
            }
            tar.write(bytes, 0, read);
            rest -= read;
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
