package ondol.image;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import ondol.linux.Names;

/**
 * The block of 512 bytes before each entry of a tar, in the formats of Unix version 7, POSIX (ustar) and GNU ({@code man 5
 * tar}).
 */
final class TarHeader {
    static final int BLOCK = 512;

    private final byte[] block;

    TarHeader(byte[] block) {
        this.block = block;
    }

    boolean isZero() {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** The sum of all bytes, the sum's own field counted as spaces. Some old writers summed signed bytes. */
    boolean sumFits() {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BLOCK; i++) {
            byte b = i >= 148 && i < 156 ? (byte) ' ' : block[i];
            unsigned += b & 0xff;
            signed += b;
        }
        long stored = number(148, 8, "sum");
        return stored == unsigned || stored == signed;
    }

    char type() {
        return (char) (block[156] & 0xff);
    }

    String name() {
        String name = text(0, 100);
        String prefix = "";
        if (starts(257, "ustar\0")) {
            boolean star = starts(508, "tar\0");
            prefix = text(345, star ? 131 : 155);
        }
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    String linkName() {
        return text(157, 100);
    }

    long mode() {
        return number(100, 8, "mode");
    }

    long uid() {
        return number(108, 8, "user id");
    }

    long gid() {
        return number(116, 8, "group id");
    }

    long size() {
        return number(124, 12, "size");
    }

    long seconds() {
        return number(136, 12, "time");
    }

    long major() {
        return modern() ? number(329, 8, "device number") : 0;
    }

    long minor() {
        return modern() ? number(337, 8, "device number") : 0;
    }

    private boolean modern() {
        return starts(257, "ustar");
    }

    /** GNU's old sparse files: the pieces in the header, which has room for four. */
    List<TarEntry.Extent> oldSparse() {
        return extents(386, 4);
    }

    boolean oldSparseGoesOn() {
        return block[482] != 0;
    }

    long oldSparseSize() {
        return number(483, 12, "sparse size");
    }

    /** The pieces in a block that follows such a header. */
    List<TarEntry.Extent> moreSparse() {
        return extents(0, 21);
    }

    boolean moreSparseGoesOn() {
        return block[504] != 0;
    }

    private List<TarEntry.Extent> extents(int at, int count) {
        List<TarEntry.Extent> extents = new ArrayList<>();
        for (int i = 0; i < count && block[at + i * 24] != 0; i++) {
            extents.add(new TarEntry.Extent(
                    number(at + i * 24, 12, "sparse offset"), number(at + i * 24 + 12, 12, "sparse length")));
        }
        return extents;
    }

    private boolean starts(int at, String text) {
        for (int i = 0; i < text.length(); i++) {
            if (block[at + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String text(int at, int length) {
        int end = at;
        while (end < at + length && block[end] != 0) {
            end++;
        }
        return Names.decode(Arrays.copyOfRange(block, at, end));
    }

    /** Octal digits between spaces and zeros, or GNU's big-endian binary, which the highest bit announces. */
    private long number(int at, int length, String what) {
        if ((block[at] & 0x80) != 0) {
            return binary(at, length, what);
        }
        long value = 0;
        boolean ended = false;
        boolean begun = false;
        for (int i = at; i < at + length; i++) {
            byte b = block[i];
            if (b >= '0' && b <= '7' && !ended) {
                value = value << 3 | (b - '0');
                begun = true;
            } else if (b == 0 || b == ' ') {
                ended = begun || b == 0;
            } else {
                throw ImageException.invalid("the tar has a header whose " + what + " is no number");
            }
        }
        return value;
    }

    private long binary(int at, int length, String what) {
        boolean negative = (block[at] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = at; i < at + length; i++) {
            int b = i == at ? (negative ? block[i] | 0x80 : block[i] & 0x7f) & 0xff : block[i] & 0xff;
            if (i < at + length - 8 && b != (negative ? 0xff : 0)) {
                throw ImageException.invalid("the tar has a header whose " + what + " is out of range");
            }
            value = value << 8 | b;
        }
        return value;
    }
}
