package ondol.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.linux.Names;
import org.jspecify.annotations.Nullable;

/**
 * Reads a tar: version 7, ustar, GNU (long names, old sparse files) and PAX (with binary attributes, and all three kinds
 * of sparse files), each entry whatever its writer. Own code because the libraries read attributes as text, which breaks
 * capabilities and names that are not UTF-8, and take what a stranger's header says for a size of memory.
 *
 * <p>Everything wrong with the tar is an {@link ImageException} of kind INVALID.
 */
public final class TarReader {
    /** The most bytes that the extended headers of one entry may take. */
    static final int HEADERS_LIMIT = 4 << 20;

    private static final int EXTENTS_LIMIT = 100_000;
    private static final long UNKNOWN_ID = 0xffffffffL;

    private final InputStream in;
    private final byte[] skipped = new byte[65536];
    private long remaining;
    private int padding;

    /** @param in plain; read to the last block of the tar and not closed */
    public TarReader(InputStream in) {
        this.in = in;
    }

    /** What precedes an entry and belongs to it. */
    private static final class Extension {
        final Map<String, byte[]> pax = new LinkedHashMap<>();
        final List<TarEntry.Extent> sparse = new ArrayList<>();

        @Nullable
        String name;

        @Nullable
        String linkName;

        long sparseOffset = -1;
        int bytes;

        @Nullable
        String text(String key) {
            byte[] value = pax.get(key);
            return value == null ? null : Names.decode(value);
        }

        long number(String key, long otherwise) {
            String value = text(key);
            return value == null ? otherwise : decimal(value, key);
        }
    }

    /** The next entry; null at the end. What was not read of the one before is skipped. */
    public @Nullable TarEntry next() throws IOException {
        skip();
        Extension extension = new Extension();
        while (true) {
            byte[] block = new byte[TarHeader.BLOCK];
            int length = in.readNBytes(block, 0, block.length);
            if (length == 0) {
                return null;
            }
            if (length < block.length) {
                throw cut();
            }
            TarHeader header = new TarHeader(block);
            if (header.isZero()) {
                return null;
            }
            if (!header.sumFits()) {
                throw ImageException.invalid("this is no tar, or it is damaged: a header's sum is wrong");
            }
            TarEntry entry = entry(header, extension);
            if (entry != null) {
                return entry;
            }
        }
    }

    private @Nullable TarEntry entry(TarHeader header, Extension extension) throws IOException {
        switch (header.type()) {
            case 'x', 'X' -> pax(content(header, extension), extension);
            case 'L' -> extension.name = text(content(header, extension));
            case 'K' -> extension.linkName = text(content(header, extension));
            // global headers hold comments; volume labels name the tape
            case 'g', 'V' -> content(header, extension);
            case 'S' -> {
                return oldSparse(header, extension);
            }
            default -> {
                return plain(header, extension);
            }
        }
        return null;
    }

    private static TarEntry.Type type(TarHeader header, String name) {
        return switch (header.type()) {
            case '0', '\0', '7' -> name.endsWith("/") ? TarEntry.Type.FOLDER : TarEntry.Type.FILE;
            case '1' -> TarEntry.Type.HARD_LINK;
            case '2' -> TarEntry.Type.SYMLINK;
            case '3' -> TarEntry.Type.CHARACTER_DEVICE;
            case '4' -> TarEntry.Type.BLOCK_DEVICE;
            case '5', 'D' -> TarEntry.Type.FOLDER;
            case '6' -> TarEntry.Type.FIFO;
            default ->
                throw ImageException.invalid("the tar has \"%s\" of the unknown type '%s'"
                        .formatted(Names.printable(name), Names.printable("" + header.type())));
        };
    }

    private TarEntry plain(TarHeader header, Extension extension) throws IOException {
        String name = name(header, extension);
        TarEntry.Type type = type(header, name);
        boolean hasData = type == TarEntry.Type.FILE || header.type() == 'D';
        long stored = hasData ? extension.number("size", header.size()) : 0;
        expect(stored, name);
        if (type != TarEntry.Type.FILE) {
            return make(type, name, header, extension, 0, List.of());
        }
        long size = stored;
        List<TarEntry.Extent> extents = extension.sparse;
        if (extension.pax.containsKey("GNU.sparse.major") && extension.number("GNU.sparse.major", 0) >= 1) {
            size = extension.number("GNU.sparse.realsize", -1);
            extents = sparseMap(name);
        } else if (extension.pax.containsKey("GNU.sparse.size")) {
            size = extension.number("GNU.sparse.size", -1);
            String map = extension.text("GNU.sparse.map");
            extents = map == null ? extents : extents(List.of(map.split(",", -1)), name);
        } else {
            extents = List.of();
        }
        return sparse(name, header, extension, size, extents);
    }

    private TarEntry oldSparse(TarHeader header, Extension extension) throws IOException {
        String name = name(header, extension);
        List<TarEntry.Extent> extents = new ArrayList<>(header.oldSparse());
        boolean more = header.oldSparseGoesOn();
        while (more) {
            byte[] block = in.readNBytes(TarHeader.BLOCK);
            if (block.length < TarHeader.BLOCK) {
                throw cut();
            }
            TarHeader next = new TarHeader(block);
            extents.addAll(next.moreSparse());
            limitExtents(extents.size(), name);
            more = next.moreSparseGoesOn();
        }
        expect(extension.number("size", header.size()), name);
        return sparse(name, header, extension, header.oldSparseSize(), extents);
    }

    private TarEntry sparse(
            String name, TarHeader header, Extension extension, long size, List<TarEntry.Extent> extents) {
        long end = 0;
        long stored = 0;
        for (TarEntry.Extent extent : extents) {
            if (extent.offset() < end || extent.length() < 0 || extent.length() > size - extent.offset()) {
                throw badSparse(name);
            }
            end = extent.offset() + extent.length();
            stored += extent.length();
        }
        boolean whole = extents.isEmpty() && size == remaining;
        if (size < 0 || (!whole && stored != remaining)) {
            throw badSparse(name);
        }
        // a file that is one hole has a piece of no length, so that it is told from a whole one
        List<TarEntry.Extent> pieces =
                extents.isEmpty() && !whole ? List.of(new TarEntry.Extent(size, 0)) : List.copyOf(extents);
        return make(TarEntry.Type.FILE, name, header, extension, size, pieces);
    }

    private TarEntry make(
            TarEntry.Type type,
            String name,
            TarHeader header,
            Extension extension,
            long size,
            List<TarEntry.Extent> extents) {
        String linkName = extension.text("linkpath");
        if (linkName == null) {
            linkName = extension.linkName == null ? header.linkName() : extension.linkName;
        }
        long seconds = header.seconds();
        int nanoseconds = 0;
        String time = extension.text("mtime");
        if (time != null) {
            long[] both = time(time);
            seconds = both[0];
            nanoseconds = (int) both[1];
        }
        return new TarEntry(
                type,
                noZero(name),
                noZero(linkName),
                (int) header.mode() & 07777,
                id(extension.number("uid", header.uid()), name),
                id(extension.number("gid", header.gid()), name),
                size,
                seconds,
                nanoseconds,
                device(header.major(), name),
                device(header.minor(), name),
                xattrs(extension),
                extents);
    }

    private static Map<String, byte[]> xattrs(Extension extension) {
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        extension.pax.forEach((key, value) -> {
            if (key.startsWith("SCHILY.xattr.")) {
                xattrs.put(noZero(key.substring("SCHILY.xattr.".length())), value);
            }
        });
        return xattrs;
    }

    private static String name(TarHeader header, Extension extension) {
        String name = extension.text("GNU.sparse.name");
        if (name == null) {
            name = extension.text("path");
        }
        if (name == null) {
            name = extension.name;
        }
        return name == null ? header.name() : name;
    }

    /** The bytes of an extended header. */
    private byte[] content(TarHeader header, Extension extension) throws IOException {
        long size = header.size();
        if (size < 0 || size + TarHeader.BLOCK > HEADERS_LIMIT - extension.bytes) {
            throw ImageException.invalid(
                    "the tar has an entry whose headers take more than %d bytes".formatted(HEADERS_LIMIT));
        }
        extension.bytes += (int) size + TarHeader.BLOCK;
        expect(size, "");
        byte[] content = new byte[(int) size];
        for (int at = 0; at < content.length; ) {
            at += read(content, at, content.length - at);
        }
        skip();
        return content;
    }

    private static String text(byte[] content) {
        int end = 0;
        while (end < content.length && content[end] != 0) {
            end++;
        }
        return Names.decode(java.util.Arrays.copyOf(content, end));
    }

    /** Records of the form {@code 21 key=value\n}, where 21 counts the whole record. */
    private static void pax(byte[] content, Extension extension) {
        int at = 0;
        while (at < content.length) {
            int space = find(content, at, Math.min(content.length, at + 12), ' ');
            int length = space < 0
                    ? -1
                    : (int) Math.min(
                            Integer.MAX_VALUE,
                            decimal(new String(content, at, space - at, StandardCharsets.ISO_8859_1), "length"));
            int end = length > content.length - at ? -1 : at + length;
            int equals = space < 0 || end < 0 ? -1 : find(content, space, end, '=');
            if (equals < 0 || content[end - 1] != '\n') {
                throw ImageException.invalid("the tar has a damaged PAX header");
            }
            String key = Names.decode(java.util.Arrays.copyOfRange(content, space + 1, equals));
            record(key, java.util.Arrays.copyOfRange(content, equals + 1, end - 1), extension);
            at = end;
        }
    }

    private static void record(String key, byte[] value, Extension extension) {
        // sparse files of PAX 0.0 repeat these two keys, so their order counts
        if (key.equals("GNU.sparse.offset")) {
            extension.sparseOffset = decimal(Names.decode(value), key);
        } else if (key.equals("GNU.sparse.numbytes") && extension.sparseOffset >= 0) {
            extension.sparse.add(new TarEntry.Extent(extension.sparseOffset, decimal(Names.decode(value), key)));
            limitExtents(extension.sparse.size(), "");
        } else if (value.length == 0) {
            extension.pax.remove(key);
        } else {
            extension.pax.put(key, value);
        }
    }

    private static int find(byte[] bytes, int from, int to, char c) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == c) {
                return i;
            }
        }
        return -1;
    }

    /** PAX 1.0 keeps the map of a sparse file as decimal lines at the start of its data, filled up to a block. */
    private List<TarEntry.Extent> sparseMap(String name) throws IOException {
        List<String> numbers = new ArrayList<>();
        StringBuilder digits = new StringBuilder();
        long count = -1;
        byte[] block = new byte[TarHeader.BLOCK];
        while (count < 0 || numbers.size() < count) {
            for (int at = 0; at < block.length; ) {
                int length = remaining == 0 ? -1 : read(block, at, block.length - at);
                if (length < 0) {
                    throw badSparse(name);
                }
                at += length;
            }
            for (int i = 0; i < block.length && (count < 0 || numbers.size() < count); i++) {
                if (block[i] != '\n') {
                    digits.append((char) (block[i] & 0xff));
                } else if (count < 0) {
                    count = decimal(digits.toString(), "sparse map") * 2;
                    limitExtents(count / 2, name);
                    digits.setLength(0);
                } else {
                    numbers.add(digits.toString());
                    digits.setLength(0);
                }
            }
            if (digits.length() > 20) {
                throw badSparse(name);
            }
        }
        return extents(numbers, name);
    }

    private static List<TarEntry.Extent> extents(List<String> numbers, String name) {
        limitExtents(numbers.size() / 2, name);
        if (numbers.size() % 2 != 0) {
            throw badSparse(name);
        }
        List<TarEntry.Extent> extents = new ArrayList<>();
        for (int i = 0; i < numbers.size(); i += 2) {
            extents.add(new TarEntry.Extent(
                    decimal(numbers.get(i), "sparse map"), decimal(numbers.get(i + 1), "sparse map")));
        }
        return extents;
    }

    /** Reads data of the current entry: at most {@code length} bytes, -1 at its end. */
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (remaining == 0) {
            return -1;
        }
        int read = in.read(buffer, offset, (int) Math.min(length, remaining));
        if (read < 0) {
            throw cut();
        }
        remaining -= read;
        return read;
    }

    private void expect(long size, String name) {
        if (size < 0) {
            throw ImageException.invalid("the tar has \"%s\" of a negative size".formatted(Names.printable(name)));
        }
        remaining = size;
        padding = (int) (-size & (TarHeader.BLOCK - 1));
    }

    private void skip() throws IOException {
        while (remaining > 0) {
            read(skipped, 0, skipped.length);
        }
        // the last entry of some tars is not filled up
        in.readNBytes(skipped, 0, padding);
        padding = 0;
    }

    private static long decimal(String text, String what) {
        if (text.isEmpty() || text.length() > 19 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw ImageException.invalid("the tar has a header whose %s is no number".formatted(Names.printable(what)));
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw ImageException.invalid("the tar has a header whose %s is out of range".formatted(what));
        }
    }

    private static long[] time(String text) {
        boolean negative = text.startsWith("-");
        int dot = text.indexOf('.');
        String whole = text.substring(negative ? 1 : 0, dot < 0 ? text.length() : dot);
        String fraction = dot < 0 ? "" : text.substring(dot + 1);
        long nanoseconds = decimal((fraction + "000000000").substring(0, 9), "mtime");
        long seconds = decimal(whole, "mtime");
        if (!negative) {
            return new long[] {seconds, nanoseconds};
        }
        return nanoseconds == 0 ? new long[] {-seconds, 0} : new long[] {-seconds - 1, 1_000_000_000 - nanoseconds};
    }

    private static int id(long id, String name) {
        if (id < 0 || id >= UNKNOWN_ID) {
            throw ImageException.invalid("the tar has \"%s\" with the owner %d, which no user or group can have"
                    .formatted(Names.printable(name), id));
        }
        return (int) id;
    }

    private static int device(long number, String name) {
        if (number < 0 || number > 0xfffff) {
            throw ImageException.invalid(
                    "the tar has \"%s\" with a device number out of range".formatted(Names.printable(name)));
        }
        return (int) number;
    }

    private static String noZero(String name) {
        if (name.indexOf(0) >= 0) {
            throw ImageException.invalid(
                    "the tar has the name \"%s\" with a zero byte in it".formatted(Names.printable(name)));
        }
        return name;
    }

    private static void limitExtents(long count, String name) {
        if (count < 0 || count > EXTENTS_LIMIT) {
            throw ImageException.invalid("the tar has the sparse file \"%s\" of more than %d pieces"
                    .formatted(Names.printable(name), EXTENTS_LIMIT));
        }
    }

    private static ImageException badSparse(String name) {
        return ImageException.invalid(
                "the tar has the sparse file \"%s\" whose pieces do not fit".formatted(Names.printable(name)));
    }

    private static ImageException cut() {
        return ImageException.invalid("the tar ends in the middle of an entry");
    }
}
