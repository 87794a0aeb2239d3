package ondol.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message from the kernel.
 *
 * @param type such as {@code RTM_NEWLINK}
 * @param flags of the header
 * @param payload what follows the header, in the machine's byte order, from position 0
 */
public record Reply(int type, int flags, ByteBuffer payload) {
    private static final int TYPE_MASK = 0x3fff;

    /** The attributes that follow a body of this many bytes; of one type, the last counts. What is cut off is left out. */
    public Attributes attributes(int body) {
        return Attributes.of(slice(payload, Math.min(body, payload.limit()), payload.limit()));
    }

    /** Attributes by type. */
    public record Attributes(Map<Integer, ByteBuffer> byType) {
        static Attributes of(ByteBuffer bytes) {
            Map<Integer, ByteBuffer> byType = new LinkedHashMap<>();
            int at = 0;
            while (at + 4 <= bytes.limit()) {
                int length = Short.toUnsignedInt(bytes.getShort(at));
                if (length < 4 || at + length > bytes.limit()) {
                    break;
                }
                byType.put(bytes.getShort(at + 2) & TYPE_MASK, slice(bytes, at + 4, at + length));
                at += (length + 3) & ~3;
            }
            return new Attributes(byType);
        }

        /** A number of four bytes, or what is given where it is missing. */
        public int u32(int type, int otherwise) {
            ByteBuffer payload = byType.get(type);
            return payload == null || payload.limit() < 4 ? otherwise : payload.getInt(0);
        }

        /** A text, or an empty one where it is missing. */
        public String text(int type) {
            byte[] payload = bytes(type);
            if (payload == null) {
                return "";
            }
            int length = 0;
            while (length < payload.length && payload[length] != 0) {
                length++;
            }
            return new String(payload, 0, length, StandardCharsets.UTF_8);
        }

        /** The payload, or null where it is missing. */
        public byte @Nullable [] bytes(int type) {
            ByteBuffer payload = byType.get(type);
            if (payload == null) {
                return null;
            }
            byte[] copy = new byte[payload.limit()];
            payload.get(0, copy);
            return copy;
        }

        /** The attributes inside one; none where it is missing. */
        public Attributes nested(int type) {
            ByteBuffer payload = byType.get(type);
            return payload == null ? new Attributes(Map.of()) : of(payload);
        }
    }

    static ByteBuffer slice(ByteBuffer bytes, int from, int to) {
        return bytes.slice(from, to - from).order(ByteOrder.nativeOrder());
    }
}
