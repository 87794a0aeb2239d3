package ondol.linux;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * File names as text. The kernel's names are any bytes but zero and slash, mostly UTF-8. A name that is not UTF-8 becomes
 * text in which each byte from 0x80 up stands as one char from U+DC80 to U+DCFF (lone surrogates, which no UTF-8 gives),
 * and comes back as the same bytes.
 */
public final class Names {
    private static final int ESCAPE = 0xDC00;

    private Names() {}

    /** Bytes of a name or path as text. */
    public static String decode(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return decodeWide(bytes);
            }
        }
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String decodeWide(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            StringBuilder text = new StringBuilder(bytes.length);
            for (byte b : bytes) {
                text.append(b >= 0 ? (char) b : (char) (ESCAPE | (b & 0xff)));
            }
            return text.toString();
        }
    }

    /**
     * The bytes of a name or path, without an ending zero.
     *
     * @throws IllegalArgumentException where the text has a zero char, which no name can have
     */
    public static byte[] encode(String name) {
        boolean plain = true;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == 0) {
                throw new IllegalArgumentException("the file name \"" + printable(name) + "\" has a zero byte in it");
            }
            plain &= !Character.isSurrogate(c);
        }
        return plain ? name.getBytes(StandardCharsets.UTF_8) : encodeEscaped(name);
    }

    private static byte[] encodeEscaped(String name) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
            byte[] result = new byte[bytes.remaining()];
            bytes.get(result);
            return result;
        } catch (CharacterCodingException e) {
            java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream(name.length());
            name.codePoints().forEach(c -> {
                if (c >= ESCAPE + 0x80 && c <= ESCAPE + 0xff) {
                    out.write(c & 0xff);
                } else {
                    out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                }
            });
            return out.toByteArray();
        }
    }

    /** A name fit for a sentence: control characters and escaped bytes become question marks, and it is kept short. */
    public static String printable(String name) {
        String shown = name.length() > 200 ? name.substring(0, 200) + "…" : name;
        StringBuilder text = new StringBuilder(shown.length());
        shown.codePoints()
                .map(c -> Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) ? '?' : c)
                .forEach(text::appendCodePoint);
        return text.toString();
    }
}
