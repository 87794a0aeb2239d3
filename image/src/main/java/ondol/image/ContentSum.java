package ondol.image;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Iterator;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Names;
import ondol.linux.Stat;
import ondol.oci.image.Digest;

/**
 * Sums up files, so that a build can tell whether they are the same as those of an earlier one: names, types, permissions,
 * owners, contents, links and capabilities, and not when they were changed. Used by one thread.
 */
public final class ContentSum implements AutoCloseable {
    private static final int BUFFER = 256 << 10;

    private final MessageDigest sum = Digest.sha256();
    private final DataOutputStream out =
            new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), sum));
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER);
    private final byte[] bytes = new byte[BUFFER];
    private final boolean owners;

    /** @param owners whether it matters whose files they are */
    public ContentSum(boolean owners) {
        this.owners = owners;
    }

    /** Adds a file, or a folder and all in it, under this name. */
    public void add(RootFile file, String as) {
        try {
            add(file.folder(), file.name(), file.stat(), as);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Level(String path, Iterator<String> names) {}

    private void add(Descriptor folder, String name, Stat stat, String path) throws IOException {
        try (WalkedFolders at = new WalkedFolders(folder, WalkedFolders.READ)) {
            Deque<Level> levels = new ArrayDeque<>();
            if (one(at, name, stat, path)) {
                levels.push(new Level(path, Trees.names(at.here()).iterator()));
            }
            while (!levels.isEmpty()) {
                Level level = levels.element();
                if (!level.names.hasNext()) {
                    levels.pop();
                    at.leave();
                    continue;
                }
                String child = level.names.next();
                Stat inside = Files.lstatIfThere(at.here(), child);
                if (inside != null && one(at, child, inside, level.path + "/" + child)) {
                    levels.push(new Level(
                            level.path + "/" + child, Trees.names(at.here()).iterator()));
                }
            }
        }
    }

    /** @return whether it is a folder, which was entered */
    private boolean one(WalkedFolders at, String name, Stat stat, String path) throws IOException {
        text(path);
        out.writeInt(stat.mode());
        out.writeInt(owners ? stat.uid() : 0);
        out.writeInt(owners ? stat.gid() : 0);
        switch (stat.type()) {
            case Files.S_IFDIR -> {
                if (path.length() > Files.PATH_MAX) {
                    throw TreeReader.tooDeep(path);
                }
                at.enter(name);
                return true;
            }
            case Files.S_IFREG -> {
                try (Descriptor open = Files.openName(at.here(), name, Files.O_RDONLY | Files.O_NONBLOCK)) {
                    contents(open);
                }
            }
            case Files.S_IFLNK -> text(Files.readlinkat(at.here(), name));
            default -> {
                out.writeInt(stat.major());
                out.writeInt(stat.minor());
            }
        }
        return false;
    }

    private void contents(Descriptor file) throws IOException {
        for (var xattr : Xattrs.of(file).entrySet()) {
            text(xattr.getKey());
            out.writeInt(xattr.getValue().length);
            out.write(xattr.getValue());
        }
        long size = 0;
        int read;
        while ((read = (int) Files.read(file, buffer)) > 0) {
            MemorySegment.copy(buffer, ValueLayout.JAVA_BYTE, 0, bytes, 0, read);
            out.write(bytes, 0, read);
            size += read;
        }
        out.writeLong(size);
    }

    private void text(String text) throws IOException {
        byte[] encoded = Names.encode(text);
        out.writeInt(encoded.length);
        out.write(encoded);
    }

    /** 64 hexadecimal digits. Nothing can be added afterwards. */
    public String hex() {
        return HexFormat.of().formatHex(sum.digest());
    }

    @Override
    public void close() {
        arena.close();
    }
}
