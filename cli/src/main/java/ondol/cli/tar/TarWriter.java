package ondol.cli.tar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Writes a file or a directory with everything below it as a tar archive (POSIX pax, with ustar headers). */
public final class TarWriter {
    private static final int BLOCK = 512;
    private static final int DEVICE_BITS = 8;

    private final OutputStream out;
    private final Map<Object, String> links = new HashMap<>();

    private final Selection selection;

    private TarWriter(OutputStream out, Selection selection) {
        this.out = out;
        this.selection = selection;
    }

    /**
     * Which paths of a directory are written.
     *
     * @param takes by a path's name in the archive
     * @param enters whether a directory that is not taken may have something in it that is
     */
    public record Selection(Predicate<String> takes, Predicate<String> enters) {
        /** All of them. */
        public static final Selection ALL = new Selection(_ -> true, _ -> true);
    }

    private interface Content {
        void write(TarWriter tar) throws IOException;
    }

    /**
     * An archive while it is being made.
     *
     * @param path the file or directory
     * @param name its name in the archive; empty for a directory whose content is the archive's root
     */
    public static InputStream stream(Path path, String name) throws IOException {
        return stream(Selection.ALL, tar -> tar.add(path, name));
    }

    /**
     * An archive of some of a directory's content and of one more file.
     *
     * @param folder null for nothing but the file
     * @param name the file's in the archive
     * @param text what is in it; null for no file
     */
    public static InputStream stream(@Nullable Path folder, Selection selection, String name, byte @Nullable [] text)
            throws IOException {
        return stream(selection, tar -> {
            if (folder != null) tar.add(folder, "");
            if (text != null) tar.text(name, text);
        });
    }

    private static InputStream stream(Selection selection, Content content) throws IOException {
        PipedOutputStream out = new PipedOutputStream();
        IOException[] failure = new IOException[1];
        PipedInputStream in = new PipedInputStream(out, 256 * 1024) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
                int n = super.read(bytes, offset, length);
                if (n < 0 && failure[0] != null) throw failure[0];
                return n;
            }
        };
        Thread writer = new Thread("tar") {
            @Override
            public void run() {
                try (out) {
                    TarWriter tar = new TarWriter(out, selection);
                    content.write(tar);
                    out.write(new byte[2 * BLOCK]);
                } catch (IOException e) {
                    failure[0] = e;
                }
            }
        };
        writer.setDaemon(true);
        writer.start();
        return in;
    }

    private void text(String name, byte[] text) throws IOException {
        out.write(block(name, '0', text.length, "", 0644, 0, 0, System.currentTimeMillis() / 1000, 0));
        out.write(text);
        pad(text.length);
    }

    private void add(Path path, String name) throws IOException {
        boolean taken = name.isEmpty() || selection.takes().test(name);
        if (!taken
                && !(Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                        && selection.enters().test(name))) return;
        Map<String, Object> attributes = Files.readAttributes(path, "unix:*", LinkOption.NOFOLLOW_LINKS);
        int mode = number(attributes, "mode").intValue();
        int kind = mode & 0xf000;
        switch (kind) {
            case 0x4000 -> directory(path, name, taken, attributes);
            case 0x8000 -> file(path, name, attributes);
            case 0xa000 -> header(name, '2', 0, Files.readSymbolicLink(path).toString(), attributes);
            case 0x2000 -> header(name, '3', 0, "", attributes);
            case 0x6000 -> header(name, '4', 0, "", attributes);
            case 0x1000 -> header(name, '6', 0, "", attributes);
            default -> {} // A socket: an archive cannot hold it, and nobody listens on a copy.
        }
    }

    private void directory(Path path, String name, boolean taken, Map<String, Object> attributes) throws IOException {
        if (taken && !name.isEmpty()) header(name + "/", '5', 0, "", attributes);
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
            for (Path child : stream) children.add(child);
        }
        Collections.sort(children);
        for (Path child : children) add(child, (name.isEmpty() ? "" : name + "/") + child.getFileName());
    }

    private void file(Path path, String name, Map<String, Object> attributes) throws IOException {
        if (number(attributes, "nlink").intValue() > 1) {
            String first = links.putIfAbsent(attributes.get("dev") + ":" + attributes.get("ino"), name);
            if (first != null) {
                header(name, '1', 0, first, attributes);
                return;
            }
        }
        long size = number(attributes, "size").longValue();
        header(name, '0', size, "", attributes);
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = Files.newInputStream(path)) {
            long left = size;
            while (left > 0) {
                int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (n < 0) throw new IOException(path + " became shorter while it was read");
                out.write(buffer, 0, n);
                left -= n;
            }
        }
        pad(size);
    }

    private void pad(long size) throws IOException {
        int rest = (int) (size % BLOCK);
        if (rest > 0) out.write(new byte[BLOCK - rest]);
    }

    private void header(String name, char type, long size, String link, Map<String, Object> attributes)
            throws IOException {
        long uid = number(attributes, "uid").longValue();
        long gid = number(attributes, "gid").longValue();
        ByteArrayOutputStream pax = new ByteArrayOutputStream();
        if (name.getBytes(StandardCharsets.UTF_8).length > 100) record(pax, "path", name);
        if (link.getBytes(StandardCharsets.UTF_8).length > 100) record(pax, "linkpath", link);
        if (size >= 1L << 33) record(pax, "size", Long.toString(size));
        if (uid >= 1 << 21) record(pax, "uid", Long.toString(uid));
        if (gid >= 1 << 21) record(pax, "gid", Long.toString(gid));
        if (pax.size() > 0) {
            out.write(block("././@PaxHeader", 'x', pax.size(), "", 0644, 0, 0, 0, 0));
            pax.writeTo(out);
            pad(pax.size());
        }
        long seconds = attributes.get("lastModifiedTime") instanceof FileTime time ? time.toMillis() / 1000 : 0;
        long device = type == '3' || type == '4' ? number(attributes, "rdev").longValue() : 0;
        int mode = number(attributes, "mode").intValue() & 07777;
        out.write(block(name, type, size, link, mode, uid, gid, Math.max(0, seconds), device));
    }

    private static void record(ByteArrayOutputStream pax, String key, String value) throws IOException {
        int content = key.length() + value.getBytes(StandardCharsets.UTF_8).length + 3;
        int length = content + Integer.toString(content).length();
        if (Integer.toString(length).length() != Integer.toString(content).length())
            length = content + Integer.toString(length).length();
        pax.write((length + " " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] block(
            String name, char type, long size, String link, int mode, long uid, long gid, long time, long device) {
        byte[] block = new byte[BLOCK];
        text(block, 0, 100, name);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, uid < 1 << 21 ? uid : 0);
        octal(block, 116, 8, gid < 1 << 21 ? gid : 0);
        octal(block, 124, 12, size < 1L << 33 ? size : 0);
        octal(block, 136, 12, time);
        block[156] = (byte) type;
        text(block, 157, 100, link);
        text(block, 257, 6, "ustar");
        text(block, 263, 2, "00");
        octal(block, 329, 8, device >> DEVICE_BITS & 0xfff);
        octal(block, 337, 8, device & 0xff | device >> 12 & 0xfff00);
        text(block, 148, 8, "        ");
        int sum = 0;
        for (byte b : block) sum += b & 0xff;
        octal(block, 148, 7, sum);
        return block;
    }

    private static void text(byte[] block, int at, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, block, at, Math.min(bytes.length, length));
    }

    private static void octal(byte[] block, int at, int length, long value) {
        block[at + length - 1] = 0;
        for (int i = at + length - 2; i >= at; i--) {
            block[i] = (byte) ('0' + (value & 7));
            value >>= 3;
        }
    }

    private static Number number(Map<String, @Nullable Object> attributes, String name) {
        return attributes.get(name) instanceof Number number ? number : 0;
    }
}
