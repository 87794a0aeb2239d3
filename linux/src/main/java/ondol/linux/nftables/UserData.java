package ondol.linux.nftables;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Comments, as {@code nft} keeps them: entries of a type, a length, and bytes ({@code libnftnl/udata.h}). */
final class UserData {
    /** {@code NFTNL_UDATA_RULE_COMMENT} and {@code NFTNL_UDATA_SET_ELEM_COMMENT}. */
    private static final int COMMENT = 0;

    private static final int MAX = 127;

    private UserData() {}

    static byte[] comment(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAX) {
            throw new IllegalArgumentException("comment \"" + text + "\" is longer than " + MAX + " bytes");
        }
        byte[] data = new byte[bytes.length + 3];
        data[0] = COMMENT;
        data[1] = (byte) (bytes.length + 1);
        System.arraycopy(bytes, 0, data, 2, bytes.length);
        return data;
    }

    /** The comment in it; empty where there is none. */
    static String comment(byte @Nullable [] data) {
        int at = 0;
        while (data != null && at + 2 <= data.length) {
            int length = Byte.toUnsignedInt(data[at + 1]);
            int end = at + 2 + length;
            if (end > data.length) {
                break;
            }
            if (data[at] == COMMENT && length > 0) {
                return new String(data, at + 2, length - 1, StandardCharsets.UTF_8);
            }
            at = end;
        }
        return "";
    }
}
