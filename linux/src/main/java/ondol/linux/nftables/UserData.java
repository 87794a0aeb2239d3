package ondol.linux.nftables;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code nft} keeps beside sets, elements and rules: entries of a type, a length, and bytes ({@code libnftnl/udata.h}). */
final class UserData {
    /** {@code NFTNL_UDATA_RULE_COMMENT} and {@code NFTNL_UDATA_SET_ELEM_COMMENT}. */
    private static final int COMMENT = 0;

    /** {@code NFTNL_UDATA_SET_KEYBYTEORDER} and {@code NFTNL_UDATA_SET_DATABYTEORDER}. */
    private static final int KEY_ORDER = 0;

    private static final int DATA_ORDER = 1;
    private static final int HOST_ENDIAN = 1;
    private static final int BIG_ENDIAN = 2;

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

    /** In which order the bytes of keys and values are, without which {@code nft} shows some as nothing. */
    static byte[] byteOrders(NamedSet set) {
        ByteBuffer data = ByteBuffer.allocate(12).order(ByteOrder.nativeOrder());
        data.put((byte) KEY_ORDER).put((byte) 4).putInt(order(set.key()));
        if (!set.data().isEmpty() && !set.hasVerdicts()) {
            data.put((byte) DATA_ORDER).put((byte) 4).putInt(order(set.data()));
        }
        return Arrays.copyOf(data.array(), data.position());
    }

    private static int order(List<Type> types) {
        boolean host = types.equals(List.of(Type.IFNAME)) || types.equals(List.of(Type.MARK));
        return host ? HOST_ENDIAN : BIG_ENDIAN;
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
