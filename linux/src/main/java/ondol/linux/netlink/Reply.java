package ondol.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
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
        /** The attributes in these bytes, in the machine's order; of one type, the last counts. */
        public static Attributes of(ByteBuffer bytes) {
            Map<Integer, ByteBuffer> byType = new LinkedHashMap<>();
            each(bytes, byType::put);
            return new Attributes(byType);
        }

        /** A number of four bytes, or what is given where it is missing. */
        public int u32(int type, int otherwise) {
            ByteBuffer payload = byType.get(type);
            return payload == null || payload.limit() < 4 ? otherwise : payload.getInt(0);
        }

        /** A number of eight bytes in the machine's order, or what is given where it is missing. */
        public long u64(int type, long otherwise) {
            ByteBuffer payload = byType.get(type);
            return payload == null || payload.limit() < 8 ? otherwise : payload.getLong(0);
        }

        /** A number of four bytes in network order, or what is given where it is missing. */
        public int big32(int type, int otherwise) {
            ByteBuffer payload = byType.get(type);
            return payload == null || payload.limit() < 4
                    ? otherwise
                    : payload.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(0);
        }

        /** A number of eight bytes in network order, or what is given where it is missing. */
        public long big64(int type, long otherwise) {
            ByteBuffer payload = byType.get(type);
            return payload == null || payload.limit() < 8
                    ? otherwise
                    : payload.duplicate().order(ByteOrder.BIG_ENDIAN).getLong(0);
        }

        /** The payload, in the machine's order, cut or filled up with zeros to this many bytes. */
        ByteBuffer payload(int type, int bytes) {
            byte[] found = bytes(type);
            byte[] whole = found == null ? new byte[bytes] : Arrays.copyOf(found, bytes);
            return ByteBuffer.wrap(whole).order(ByteOrder.nativeOrder());
        }

        /** Whether it is there. */
        public boolean has(int type) {
            return byType.containsKey(type);
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

        /** The elements of a list, whatever their types; none where it is missing. */
        public List<ByteBuffer> list(int type) {
            ByteBuffer payload = byType.get(type);
            return payload == null ? List.of() : elements(payload);
        }

        /** The attributes inside one; none where it is missing. */
        public Attributes nested(int type) {
            ByteBuffer payload = byType.get(type);
            return payload == null ? new Attributes(Map.of()) : of(payload);
        }
    }

    /** The payloads of attributes that follow one another and may have one type, such as the elements of a list. */
    public static List<ByteBuffer> elements(ByteBuffer bytes) {
        List<ByteBuffer> elements = new ArrayList<>();
        each(bytes, (type, payload) -> elements.add(payload));
        return elements;
    }

    private interface Each {
        void attribute(int type, ByteBuffer payload);
    }

    /** Goes through attributes as far as they are whole. */
    private static void each(ByteBuffer bytes, Each each) {
        int at = 0;
        while (at + 4 <= bytes.limit()) {
            int length = Short.toUnsignedInt(bytes.getShort(at));
            if (length < 4 || at + length > bytes.limit()) {
                break;
            }
            each.attribute(bytes.getShort(at + 2) & TYPE_MASK, slice(bytes, at + 4, at + length));
            at += (length + 3) & ~3;
        }
    }

    static ByteBuffer slice(ByteBuffer bytes, int from, int to) {
        return bytes.slice(from, to - from).order(ByteOrder.nativeOrder());
    }
}
