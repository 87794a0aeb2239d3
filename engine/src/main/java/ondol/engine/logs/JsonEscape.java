package ondol.engine.logs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow, and text put into them as Docker's json-file driver escapes it: always valid JSON and UTF-8. */
final class JsonEscape {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REPLACEMENT = "\\ufffd".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_ESCAPE = 6;

    private byte[] bytes;
    private int length;

    JsonEscape(int capacity) {
        this.bytes = new byte[capacity];
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
    }

    void put(byte[] from, int offset, int count) {
        room(count);
        System.arraycopy(from, offset, bytes, length, count);
        length += count;
    }

    void put(byte[] from) {
        put(from, 0, from.length);
    }

    private void room(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
    }

    /** Puts text, without quotes around it. What is no UTF-8 becomes U+FFFD. */
    void escape(byte[] from, int begin, int end) {
        room((end - begin) * LONGEST_ESCAPE);
        byte[] to = bytes;
        int at = length;
        int i = begin;
        while (i < end) {
            byte b = from[i];
            if (b >= 0x20 && b != '"' && b != '\\' && b != '<' && b != '>' && b != '&') {
                to[at++] = b;
                i++;
            } else if (b >= 0) {
                at = control(to, at, b);
                i++;
            } else {
                int size = sequence(from, i, end);
                if (size == 0 || size == 3 && isLineSeparator(from, i)) {
                    byte[] word = size == 0
                            ? REPLACEMENT
                            : (from[i + 2] == (byte) 0xA8 ? "\\u2028" : "\\u2029").getBytes(StandardCharsets.US_ASCII);
                    System.arraycopy(word, 0, to, at, word.length);
                    at += word.length;
                    i += Math.max(1, size);
                } else {
                    System.arraycopy(from, i, to, at, size);
                    at += size;
                    i += size;
                }
            }
        }
        length = at;
    }

    private static int control(byte[] to, int from, byte b) {
        int at = from;
        to[at++] = '\\';
        switch (b) {
            case '"', '\\' -> to[at++] = b;
            case '\n' -> to[at++] = 'n';
            case '\r' -> to[at++] = 'r';
            case '\t' -> to[at++] = 't';
            default -> {
                to[at++] = 'u';
                to[at++] = '0';
                to[at++] = '0';
                to[at++] = HEX[b >> 4];
                to[at++] = HEX[b & 15];
            }
        }
        return at;
    }

    private static boolean isLineSeparator(byte[] from, int i) {
        return from[i] == (byte) 0xE2
                && from[i + 1] == (byte) 0x80
                && (from[i + 2] == (byte) 0xA8 || from[i + 2] == (byte) 0xA9);
    }

    /** How many bytes the character has that begins here; 0 where it is none (RFC 3629: no surrogates, nothing overlong). */
    private static int sequence(byte[] from, int i, int end) {
        int first = from[i] & 0xFF;
        int size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (first < 0xC2 || first > 0xF4 || i + size > end) {
            return 0;
        }
        for (int k = 1; k < size; k++) {
            if ((from[i + k] & 0xC0) != 0x80) {
                return 0;
            }
        }
        int second = from[i + 1] & 0xFF;
        boolean wrong = first == 0xE0 && second < 0xA0
                || first == 0xED && second > 0x9F
                || first == 0xF0 && second < 0x90
                || first == 0xF4 && second > 0x8F;
        return wrong ? 0 : size;
    }
}
