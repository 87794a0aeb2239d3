package ondol.engine.logs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Line feeds in bytes, found eight bytes at a time (SWAR: a byte of a word is zero where the words were equal). */
final class Lines {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FEEDS = 0x0A0A0A0A0A0A0A0AL;
    private static final long LOW_BITS = 0x7F7F7F7F7F7F7F7FL;

    private Lines() {}

    /** A word whose highest bits are set in exactly the bytes that are line feeds. */
    private static long marks(byte[] bytes, int at) {
        long word = (long) LONG.get(bytes, at) ^ FEEDS;
        return ~(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS);
    }

    /** Index of the first line feed from {@code from} on and before {@code to}; -1 when there is none. */
    static int lineFeed(byte[] bytes, int from, int to) {
        int i = from;
        for (; i <= to - 8; i += 8) {
            long marks = marks(bytes, i);
            if (marks != 0) {
                return i + Long.numberOfTrailingZeros(marks) / 8;
            }
        }
        for (; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** How many line feeds there are from {@code from} on and before {@code to}. */
    static int count(byte[] bytes, int from, int to) {
        int count = 0;
        int i = from;
        for (; i <= to - 8; i += 8) {
            count += Long.bitCount(marks(bytes, i));
        }
        for (; i < to; i++) {
            if (bytes[i] == '\n') {
                count++;
            }
        }
        return count;
    }
}
