package ondol.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import ondol.linux.Names;

/** Writes a tar in the PAX format (POSIX.1-2001), the same bytes for the same entries. */
public final class TarWriter {
    private static final long OCTAL_7 = 07777777;
    private static final long OCTAL_11 = 077777777777L;
    private static final int NAME_BYTES = 100;

    private final OutputStream out;
    private long remaining;
    private int padding;

    /** @param out is flushed at the end and not closed */
    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Writes an entry's header; its bytes, {@link TarEntry#size}, follow by {@link #write}. */
    public void put(TarEntry entry) throws IOException {
        finishEntry();
        byte[] name = Names.encode(entry.name());
        byte[] link = Names.encode(entry.linkName());
        Map<String, byte[]> pax = pax(entry, name, link);
        if (!pax.isEmpty()) {
            byte[] records = records(pax);
            header(Names.encode("././@PaxHeader"), 'x', new byte[0], 0644, 0, 0, records.length, 0, 0, 0);
            out.write(records);
            out.write(new byte[-records.length & (TarHeader.BLOCK - 1)]);
        }
        header(
                name,
                entry.type().letter,
                link,
                entry.mode(),
                fit(entry.uid() & 0xffffffffL, OCTAL_7),
                fit(entry.gid() & 0xffffffffL, OCTAL_7),
                fit(entry.size(), OCTAL_11),
                fit(entry.seconds(), OCTAL_11),
                entry.major(),
                entry.minor());
        remaining = entry.size();
        padding = (int) (-entry.size() & (TarHeader.BLOCK - 1));
    }

    private static long fit(long value, long limit) {
        return value < 0 || value > limit ? 0 : value;
    }

    private static Map<String, byte[]> pax(TarEntry entry, byte[] name, byte[] link) {
        Map<String, byte[]> pax = new TreeMap<>();
        if (needsPax(name)) {
            pax.put("path", name);
        }
        if (needsPax(link)) {
            pax.put("linkpath", link);
        }
        number(pax, "uid", entry.uid() & 0xffffffffL, OCTAL_7);
        number(pax, "gid", entry.gid() & 0xffffffffL, OCTAL_7);
        number(pax, "size", entry.size(), OCTAL_11);
        if (entry.nanoseconds() != 0 || entry.seconds() < 0 || entry.seconds() > OCTAL_11) {
            pax.put("mtime", text(time(entry.seconds(), entry.nanoseconds())));
        }
        entry.xattrs().forEach((key, value) -> pax.put("SCHILY.xattr." + key, value));
        return pax;
    }

    private static boolean needsPax(byte[] name) {
        for (byte b : name) {
            if (b < 0) {
                return true;
            }
        }
        return name.length > NAME_BYTES;
    }

    private static void number(Map<String, byte[]> pax, String key, long value, long limit) {
        if (value > limit) {
            pax.put(key, text(Long.toString(value)));
        }
    }

    private static String time(long seconds, int nanoseconds) {
        java.math.BigDecimal time =
                java.math.BigDecimal.valueOf(nanoseconds, 9).add(java.math.BigDecimal.valueOf(seconds));
        return time.signum() == 0 ? "0" : time.stripTrailingZeros().toPlainString();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] records(Map<String, byte[]> pax) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        pax.forEach((key, value) -> {
            byte[] name = Names.encode(key);
            int rest = name.length + value.length + 3;
            // the length counts its own digits
            int length = rest + Integer.toString(rest).length();
            length = rest + Integer.toString(length).length();
            records.writeBytes(text(length + " "));
            records.writeBytes(name);
            records.write('=');
            records.writeBytes(value);
            records.write('\n');
        });
        return records.toByteArray();
    }

    private void header(
            byte[] name,
            char type,
            byte[] link,
            int mode,
            long uid,
            long gid,
            long size,
            long seconds,
            int major,
            int minor)
            throws IOException {
        byte[] block = new byte[TarHeader.BLOCK];
        System.arraycopy(name, 0, block, 0, Math.min(name.length, NAME_BYTES));
        octal(block, 100, 8, mode);
        octal(block, 108, 8, uid);
        octal(block, 116, 8, gid);
        octal(block, 124, 12, size);
        octal(block, 136, 12, seconds);
        block[156] = (byte) type;
        System.arraycopy(link, 0, block, 157, Math.min(link.length, NAME_BYTES));
        System.arraycopy(text("ustar\00000"), 0, block, 257, 8);
        if (type == '3' || type == '4') {
            octal(block, 329, 8, major);
            octal(block, 337, 8, minor);
        }
        java.util.Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        out.write(block);
    }

    private static void octal(byte[] block, int at, int length, long value) {
        long rest = value;
        for (int i = at + length - 2; i >= at; i--) {
            block[i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
        block[at + length - 1] = 0;
    }

    /** Writes data of the current entry. */
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > remaining) {
            throw new IOException("more bytes than the entry's header says");
        }
        out.write(bytes, offset, length);
        remaining -= length;
    }

    private void finishEntry() throws IOException {
        if (remaining != 0) {
            throw new IOException("fewer bytes than the entry's header says");
        }
        out.write(new byte[padding]);
        padding = 0;
    }

    /** Ends the tar; the stream below stays open. */
    public void finish() throws IOException {
        finishEntry();
        out.write(new byte[2 * TarHeader.BLOCK]);
        out.flush();
    }
}
