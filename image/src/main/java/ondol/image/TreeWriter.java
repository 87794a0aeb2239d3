package ondol.image;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.Names;
import ondol.linux.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Applies the entries of a tar to a folder. Each path is resolved by the kernel as if the root were {@code /}, so neither
 * a name nor a link that was laid out before leads outside.
 *
 * <p>As a <em>layer</em>, the whiteouts of the OCI image specification ({@code .wh.x}, {@code .wh..wh..opq}) become those
 * of an overlay. Used by one thread.
 */
final class TreeWriter implements AutoCloseable {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final String RESERVED = ".wh..wh.";
    /** No path is this. */
    private static final String GONE = "/";

    private static final int BUFFER = 256 << 10;

    /**
     * How to apply.
     *
     * @param layer turns whiteouts into the overlay's
     * @param keepOwners gives files the tar's owners; else root's
     * @param noOverwriteDirNonDir refuses to put a folder where something else is, and the other way round
     * @param first what the tree's user and group 0 are here
     * @param forced what all entries get instead of what the tar says; null for nothing
     */
    record Options(
            boolean layer,
            boolean keepOwners,
            boolean noOverwriteDirNonDir,
            int first,
            RootCopy.@Nullable Attributes forced) {
        static final Options LAYER = new Options(true, true, false, 0, null);
    }

    private record Time(long seconds, int nanoseconds) {}

    private final Descriptor root;
    private final String base;
    private final Options options;
    private final TarLimits limits;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER);
    private final byte[] bytes = new byte[BUFFER];
    /** Folders' times are set last: what is put into them changes them. */
    private final Map<String, Time> times = new LinkedHashMap<>();

    private String parentPath = "";
    private @Nullable Descriptor parent;
    private long size;
    private long entries;

    /**
     * @param root what links see as {@code /}
     * @param base the folder below it that entries go to, without a slash at the end; empty for the root itself
     */
    TreeWriter(Descriptor root, String base, Options options, TarLimits limits) {
        this.root = root;
        this.base = base;
        this.options = options;
        this.limits = limits;
    }

    /** Applies all entries of a tar. */
    void addAll(TarReader tar) throws IOException {
        TarEntry entry;
        while ((entry = tar.next()) != null) {
            add(entry, tar);
        }
        finish();
    }

    /** Bytes of all files so far. */
    long size() {
        return size;
    }

    private void add(TarEntry read, TarReader tar) throws IOException {
        TarEntry entry = options.forced() == null ? read : options.forced().of(read);
        if (++entries > limits.entries()) {
            throw ImageException.invalid("the tar has more than %d entries".formatted(limits.entries()));
        }
        if (entry.size() > limits.bytes() - size) {
            throw ImageException.invalid("the tar's files have more than %d bytes together, at \"%s\""
                    .formatted(limits.bytes(), Names.printable(entry.name())));
        }
        size += entry.size();
        String path = clean(entry.name(), entry.name());
        try {
            place(entry, path, tar);
        } catch (KernelException e) {
            ImageException.Kind kind = switch (e.errno()) {
                case EIO, ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EROFS, EPERM -> ImageException.Kind.FAILED;
                default -> ImageException.Kind.INVALID;
            };
            throw new ImageException(
                    kind,
                    "cannot lay out \"%s\" of the tar: %s".formatted(Names.printable(entry.name()), e.getMessage()),
                    e);
        }
    }

    private void place(TarEntry entry, String path, TarReader tar) throws IOException {
        int slash = path.lastIndexOf('/');
        String name = path.substring(slash + 1);
        if (name.isEmpty()) {
            if (entry.type() != TarEntry.Type.FOLDER) {
                throw ImageException.invalid("the tar has an entry for the root that is no folder");
            }
            // the folder that docker cp unpacks into keeps what it is
            if (base.isEmpty()) {
                folderAttributes(entry, "");
            }
            return;
        }
        Descriptor folder = parent(slash < 0 ? "" : path.substring(0, slash));
        if (options.layer() && name.startsWith(WHITEOUT)) {
            whiteout(folder, name);
            return;
        }
        switch (entry.type()) {
            case FOLDER -> {
                makeFolder(folder, name);
                folderAttributes(entry, path);
            }
            case FILE -> file(entry, folder, name, tar);
            case HARD_LINK -> hardLink(entry, folder, name);
            case SYMLINK -> {
                if (entry.linkName().isEmpty()) {
                    throw ImageException.invalid(
                            "the tar has the link \"%s\" to nothing".formatted(Names.printable(entry.name())));
                }
                replacing(folder, name, () -> Files.symlinkat(entry.linkName(), folder, name));
                owner(entry, folder, name);
                Files.utimensat(folder, name, entry.seconds(), entry.nanoseconds());
            }
            case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> node(entry, folder, name);
        }
    }

    private void owner(TarEntry entry, Descriptor folder, String name) {
        int uid = options.keepOwners() ? entry.uid() : 0;
        int gid = options.keepOwners() ? entry.gid() : 0;
        Files.fchownat(folder, name, options.first() + uid, options.first() + gid);
    }

    private void file(TarEntry entry, Descriptor folder, String name, TarReader tar) throws IOException {
        Descriptor[] made = new Descriptor[1];
        int flags = Files.O_WRONLY | Files.O_CREAT | Files.O_EXCL | Files.O_NOFOLLOW;
        replacing(folder, name, () -> made[0] = Files.openBeneath(folder, name, flags, 0600));
        try (Descriptor file = made[0]) {
            if (entry.extents().isEmpty()) {
                copy(tar, file, 0, entry.size());
            } else {
                Files.ftruncate(file, entry.size());
                for (TarEntry.Extent extent : entry.extents()) {
                    copy(tar, file, extent.offset(), extent.length());
                }
            }
            owner(entry, file, "");
            // after the owner: changing that clears setuid bits and capabilities
            Files.fchmod(file, entry.mode());
            Xattrs.apply(entry.xattrs(), file);
            Files.utimensat(file, "", entry.seconds(), entry.nanoseconds());
        }
    }

    private void copy(TarReader tar, Descriptor file, long offset, long length) throws IOException {
        long at = 0;
        while (at < length) {
            int read = tar.read(bytes, 0, (int) Math.min(bytes.length, length - at));
            if (read < 0) {
                throw ImageException.invalid("the tar ends in the middle of an entry");
            }
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, read);
            Files.pwriteAll(file, buffer, read, offset + at);
            at += read;
        }
    }

    private void hardLink(TarEntry entry, Descriptor folder, String name) {
        String target = clean(entry.linkName(), entry.name());
        int slash = target.lastIndexOf('/');
        String from = join(base, slash < 0 ? "" : target.substring(0, slash));
        String last = target.substring(slash + 1);
        try (Descriptor source = Files.openInRootIfThere(root, from, Files.O_PATH | Files.O_DIRECTORY)) {
            Stat stat = source == null || last.isEmpty() ? null : Files.lstatIfThere(source, last);
            if (source == null || stat == null || stat.isFolder() || stat.isWhiteout()) {
                throw ImageException.invalid("the tar has the hard link \"%s\" to \"%s\", which is not in it before"
                        .formatted(Names.printable(entry.name()), Names.printable(entry.linkName())));
            }
            Stat there = Files.lstatIfThere(folder, name);
            if (there != null && there.inode() == stat.inode() && there.device() == stat.device()) {
                return;
            }
            replacing(folder, name, () -> Files.linkat(source, last, folder, name));
        }
    }

    private void node(TarEntry entry, Descriptor folder, String name) {
        boolean device = entry.type() != TarEntry.Type.FIFO;
        if (device && entry.major() == 0 && entry.minor() == 0) {
            throw ImageException.invalid(
                    "the tar has \"%s\" as device 0:0, which no machine has".formatted(Names.printable(entry.name())));
        }
        replacing(
                folder,
                name,
                () -> Files.mknodat(
                        folder,
                        name,
                        entry.type().bits | 0600,
                        device ? entry.major() : 0,
                        device ? entry.minor() : 0));
        owner(entry, folder, name);
        Files.fchmodat(folder, name, entry.mode());
        Files.utimensat(folder, name, entry.seconds(), entry.nanoseconds());
    }

    /** Does what makes a name, once more without what stood there if there was something. */
    private void replacing(Descriptor folder, String name, Runnable making) {
        try {
            making.run();
        } catch (KernelException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            Stat there = Files.lstat(folder, name);
            if (there.isFolder() && options.noOverwriteDirNonDir()) {
                throw ImageException.invalid("cannot overwrite directory \"%s\" with non-directory \"%s\""
                        .formatted(Names.printable(name), Names.printable(name)));
            }
            remove(folder, name, there);
            making.run();
        }
    }

    private void remove(Descriptor folder, String name, Stat there) {
        // the path of the folder that is kept open may have led through this name
        parentPath = GONE;
        if (there.isFolder()) {
            Trees.delete(folder, name);
        } else {
            Files.unlinkat(folder, name, 0);
        }
    }

    private void makeFolder(Descriptor folder, String name) {
        Stat there = Files.lstatIfThere(folder, name);
        if (there != null && there.isFolder()) {
            return;
        }
        if (there != null) {
            if (options.noOverwriteDirNonDir() && !there.isWhiteout()) {
                throw ImageException.invalid("cannot overwrite non-directory \"%s\" with directory \"%s\""
                        .formatted(Names.printable(name), Names.printable(name)));
            }
            remove(folder, name, there);
        }
        Files.mkdirat(folder, name, 0755);
        if (there != null && options.layer() && there.isWhiteout()) {
            // the lower folder was deleted, and this is another one
            Overlays.setOpaque(folder, name);
        }
    }

    private void folderAttributes(TarEntry entry, String path) {
        try (Descriptor folder = openFolder(path)) {
            owner(entry, folder, "");
            Files.fchmod(folder, entry.mode());
            Xattrs.apply(entry.xattrs(), folder);
        }
        times.put(path, new Time(entry.seconds(), entry.nanoseconds()));
    }

    private Descriptor openFolder(String path) {
        return Files.openInRoot(root, join(base, path), Files.O_DIRECTORY | Files.O_NOFOLLOW, 0);
    }

    private void whiteout(Descriptor folder, String name) {
        if (name.equals(OPAQUE)) {
            try (Descriptor open = Files.openName(folder, ".", Files.O_DIRECTORY)) {
                Overlays.setOpaque(open);
            }
            return;
        }
        String gone = name.substring(WHITEOUT.length());
        if (name.startsWith(RESERVED)) {
            return;
        }
        if (gone.isEmpty() || gone.equals(".") || gone.equals("..")) {
            throw ImageException.invalid("the tar has the whiteout \"%s\" of nothing".formatted(Names.printable(name)));
        }
        Stat there = Files.lstatIfThere(folder, gone);
        if (there == null) {
            Files.mknodat(folder, gone, Files.S_IFCHR, 0, 0);
        } else if (there.isFolder()) {
            // a whiteout speaks of the layers below only: this layer's own folder replaces theirs
            Overlays.setOpaque(folder, gone);
        }
    }

    /** The folder that holds an entry, made where the tar left it out. The last one is kept open. */
    private Descriptor parent(String path) {
        Descriptor open = parent;
        if (open != null && parentPath.equals(path)) {
            return open;
        }
        if (open != null) {
            open.close();
        }
        Descriptor found = folder(path);
        parent = found;
        parentPath = path;
        return found;
    }

    private Descriptor folder(String path) {
        String full = join(base, path);
        Descriptor found = Files.openInRootIfThere(root, full, Files.O_PATH | Files.O_DIRECTORY);
        if (found != null) {
            return found;
        }
        if (path.isEmpty()) {
            throw new ImageException(
                    ImageException.Kind.NOT_FOUND, "there is no folder \"%s\"".formatted(Names.printable(base)));
        }
        int slash = path.lastIndexOf('/');
        try (Descriptor above = folder(slash < 0 ? "" : path.substring(0, slash))) {
            String name = path.substring(slash + 1);
            Stat there = Files.lstatIfThere(above, name);
            if (there != null && !there.isWhiteout()) {
                throw ImageException.invalid(
                        "the tar has entries below \"%s\", which is no folder".formatted(Names.printable(path)));
            }
            makeFolder(above, name);
            return Files.openName(above, name, Files.O_PATH | Files.O_DIRECTORY);
        }
    }

    /** A name without {@code .}, double and leading slashes. */
    private static String clean(String name, String entry) {
        if (name.length() >= Files.PATH_MAX) {
            throw ImageException.invalid("the tar has a name of more than %d bytes: \"%s\""
                    .formatted(Files.PATH_MAX - 1, Names.printable(name)));
        }
        StringBuilder path = new StringBuilder(name.length());
        for (int start = 0; start <= name.length(); ) {
            int slash = name.indexOf('/', start);
            int end = slash < 0 ? name.length() : slash;
            String part = name.substring(start, end);
            if (part.equals("..")) {
                throw ImageException.invalid(
                        "the tar has \"%s\", whose name leads outside by \"..\"".formatted(Names.printable(entry)));
            }
            if (!part.isEmpty() && !part.equals(".")) {
                path.append(path.isEmpty() ? "" : "/").append(part);
            }
            start = end + 1;
        }
        return path.toString();
    }

    /** A path below the root; {@code .} for the root itself, which openat2 does not take as an empty path. */
    private static String join(String base, String path) {
        if (base.isEmpty()) {
            return path.isEmpty() ? "." : path;
        }
        return path.isEmpty() ? base : base + "/" + path;
    }

    private void finish() {
        times.forEach((path, time) -> {
            int flags = Files.O_DIRECTORY | Files.O_NOFOLLOW;
            try (Descriptor folder = Files.openInRootIfThere(root, join(base, path), flags)) {
                if (folder != null) {
                    Files.utimensat(folder, "", time.seconds(), time.nanoseconds());
                }
            }
        });
    }

    @Override
    public void close() {
        if (parent != null) {
            parent.close();
        }
        arena.close();
    }
}
