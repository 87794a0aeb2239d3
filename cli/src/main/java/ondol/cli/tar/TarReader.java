package ondol.cli.tar;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks an archive that came from a container. Its author is not trusted: no entry is written through a symbolic link that
 * the archive made, and none leaves the directory. Directories, files and links are unpacked; devices are left out.
 */
public final class TarReader {
    private static final int BLOCK = 512;
    private static final int NAME = 1 << 20;

    private final InputStream in;
    private final Path root;
    private final String from;
    private final String to;

    private @Nullable String longName;
    private @Nullable String longLink;
    private long longSize = -1;

    private TarReader(InputStream in, Path root, String from, String to) {
        this.in = in;
        this.root = root;
        this.from = from;
        this.to = to;
    }

    /**
     * Unpacks below {@code root}. The archive's first part of every name, {@code from}, becomes {@code to}.
     *
     * @return how many bytes the files have
     */
    public static long unpack(InputStream in, Path root, String from, String to) throws IOException {
        return new TarReader(in, root.toRealPath(), from, to).all();
    }

    private long all() throws IOException {
        long total = 0;
        byte[] block = new byte[BLOCK];
        while (true) {
            int n = in.readNBytes(block, 0, BLOCK);
            if (n == 0) return total;
            if (n < BLOCK) throw new EOFException("the archive ends in the middle of a header");
            if (block[0] == 0 && block[156] == 0) {
                in.transferTo(OutputStream.nullOutputStream());
                return total;
            }
            total += entry(block);
        }
    }

    private long entry(byte[] block) throws IOException {
        long size = longSize >= 0 ? longSize : number(block, 124, 12);
        char type = (char) (block[156] & 0xff);
        if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
            if (size > NAME) throw new IOException("the archive has a header of " + size + " bytes");
            byte[] content = in.readNBytes((int) size);
            skip(padding(size));
            if (type == 'x') pax(content);
            else if (type == 'L') longName = string(content, 0, content.length);
            else if (type == 'K') longLink = string(content, 0, content.length);
            return 0;
        }
        String prefix = string(block, 257, 6).startsWith("ustar") && block[262] == 0 ? string(block, 345, 155) : "";
        String name = longName != null ? longName : (prefix.isEmpty() ? "" : prefix + "/") + string(block, 0, 100);
        String link = longLink != null ? longLink : string(block, 157, 100);
        longName = null;
        longLink = null;
        longSize = -1;
        write(type, name, link, size, (int) number(block, 100, 8));
        return type == '0' || type == 0 ? size : 0;
    }

    private void pax(byte[] content) throws IOException {
        int at = 0;
        while (at < content.length) {
            int space = at;
            while (space < content.length && content[space] != ' ') space++;
            int length;
            try {
                length = Integer.parseInt(string(content, at, space - at));
            } catch (NumberFormatException e) {
                throw new IOException("the archive has a malformed extended header");
            }
            if (length <= space - at + 1 || at + length > content.length)
                throw new IOException("the archive has a malformed extended header");
            String record = new String(content, space + 1, at + length - space - 2, StandardCharsets.UTF_8);
            int equals = record.indexOf('=');
            String value = record.substring(equals + 1);
            if (record.startsWith("path=")) longName = value;
            if (record.startsWith("linkpath=")) longLink = value;
            if (record.startsWith("size=")) longSize = size(value);
            at += length;
        }
    }

    private static long size(String value) throws IOException {
        try {
            long size = Long.parseLong(value);
            if (size >= 0) return size;
        } catch (NumberFormatException e) {
            throw new IOException("the archive has a file of impossible size: " + value);
        }
        throw new IOException("the archive has a file of impossible size: " + value);
    }

    private void write(char type, String name, String link, long size, int mode) throws IOException {
        Path path = inside(renamed(name));
        switch (type) {
            case '5' -> directory(path, mode);
            case '0', 0 -> {
                file(path, size);
                mode(path, mode);
            }
            case '1' -> {
                Path target = inside(renamed(link));
                if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) throw outside(link);
                Files.deleteIfExists(path);
                Files.createLink(path, target);
            }
            case '2' -> {
                Files.deleteIfExists(path);
                Files.createSymbolicLink(path, Path.of(link));
            }
            default -> {}
        }
        if (type != '0' && type != 0) skip(size + padding(size));
    }

    private static void directory(Path path, int mode) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) Files.createDirectory(path);
        mode(path, mode);
    }

    private void file(Path path, long size) throws IOException {
        Path part = path.resolveSibling(
                path.getFileName() + ".part" + ProcessHandle.current().pid());
        byte[] buffer = new byte[64 * 1024];
        try {
            try (OutputStream out = Files.newOutputStream(
                    part, java.nio.file.StandardOpenOption.CREATE_NEW, java.nio.file.StandardOpenOption.WRITE)) {
                long left = size;
                while (left > 0) {
                    int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                    if (n < 0) throw new EOFException("the archive ends in the middle of a file");
                    out.write(buffer, 0, n);
                    left -= n;
                }
            }
            Files.move(part, path, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
        skip(padding(size));
    }

    private String renamed(String name) {
        String clean = name.startsWith("./") ? name.substring(2) : name;
        if (clean.equals(from) || clean.equals(from + "/")) return to;
        return clean.startsWith(from + "/") ? to + clean.substring(from.length()) : clean;
    }

    /** The place for a name: every directory on the way must be a real one, inside the root. */
    private Path inside(String name) throws IOException {
        Path path = root;
        String[] parts = name.split("/", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (part.isEmpty() || part.equals(".")) continue;
            if (part.equals("..") || part.indexOf('\0') >= 0) throw outside(name);
            if (!path.equals(root) && Files.isSymbolicLink(path)) throw outside(name);
            path = path.resolve(part);
        }
        return path;
    }

    private static IOException outside(String name) {
        return new IOException("the archive has an entry that leads outside of it: " + name);
    }

    private static void mode(Path path, int mode) throws IOException {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] all = PosixFilePermission.values();
        for (int i = 0; i < all.length; i++) if ((mode & 0400 >> i) != 0) permissions.add(all[i]);
        Files.setPosixFilePermissions(path, permissions);
    }

    private static long padding(long size) {
        return (BLOCK - size % BLOCK) % BLOCK;
    }

    private void skip(long count) throws IOException {
        in.skipNBytes(count);
    }

    private static String string(byte[] bytes, int from, int most) {
        int end = from;
        while (end < from + most && end < bytes.length && bytes[end] != 0) end++;
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    private static long number(byte[] bytes, int from, int length) throws IOException {
        if ((bytes[from] & 0x80) != 0) {
            long value = bytes[from] & 0x3f;
            for (int i = from + 1; i < from + length; i++) {
                if (value > Long.MAX_VALUE >> 9) throw new IOException("the archive has a number too large");
                value = value << 8 | bytes[i] & 0xff;
            }
            return value;
        }
        String text = string(bytes, from, length).strip();
        try {
            return text.isEmpty() ? 0 : Long.parseLong(text, 8);
        } catch (NumberFormatException e) {
            throw new IOException("the archive has a malformed number: " + text);
        }
    }
}
