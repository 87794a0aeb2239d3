package ondol.linux.nftables;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import ondol.linux.netlink.Reply.Attributes;
import org.jspecify.annotations.Nullable;

/** Reads the elements of a set. */
final class Elements {
    private Elements() {}

    /** As the kernel has it: in a set of intervals where one begins, or where it ends. */
    private record Raw(Element element, boolean end) {
        byte[] key() {
            return element.key().bytes();
        }
    }

    /** @param lists the payloads of {@code NFTA_SET_ELEM_LIST_ELEMENTS} */
    static List<Element> of(List<List<ByteBuffer>> lists, boolean hasEnds) {
        List<Raw> raw = new ArrayList<>();
        for (List<ByteBuffer> list : lists) {
            for (ByteBuffer bytes : list) {
                Raw one = raw(Attributes.of(bytes));
                if (one != null) {
                    raw.add(one);
                }
            }
        }
        return hasEnds ? joined(raw) : raw.stream().map(Raw::element).toList();
    }

    private static @Nullable Raw raw(Attributes attributes) {
        byte[] key = attributes.nested(SetMessages.ELEM_KEY).bytes(Expr.DATA_VALUE);
        if (key == null) {
            // the element for all other keys, which we never make
            return null;
        }
        byte[] last = attributes.nested(SetMessages.ELEM_KEY_END).bytes(Expr.DATA_VALUE);
        long left = attributes.big64(SetMessages.ELEM_EXPIRATION, attributes.big64(SetMessages.ELEM_TIMEOUT, -1));
        Element element = new Element(
                Data.of(key),
                last == null || Arrays.equals(key, last) ? null : Data.of(last),
                value(attributes.nested(SetMessages.ELEM_DATA)),
                left < 0 ? null : Duration.ofMillis(left),
                UserData.comment(attributes.bytes(SetMessages.ELEM_USERDATA)));
        boolean end = (attributes.big32(SetMessages.ELEM_FLAGS, 0) & SetMessages.INTERVAL_END) != 0;
        return new Raw(element, end);
    }

    private static @Nullable Value value(Attributes data) {
        byte[] bytes = data.bytes(Expr.DATA_VALUE);
        if (bytes != null) {
            return Data.of(bytes);
        }
        return data.has(Expr.DATA_VERDICT) ? Verdict.of(data.nested(Expr.DATA_VERDICT)) : null;
    }

    /** One element for each beginning, up to where the next end is; the ends of what begins at once are left out. */
    private static List<Element> joined(List<Raw> raw) {
        List<Raw> sorted = raw.stream()
                .sorted(Comparator.comparing(Raw::key, Arrays::compareUnsigned).thenComparing(one -> !one.end()))
                .toList();
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < sorted.size(); i++) {
            Raw one = sorted.get(i);
            if (!one.end()) {
                byte[] next = i + 1 < sorted.size() ? sorted.get(i + 1).key() : null;
                elements.add(upTo(one.element(), next));
            }
        }
        return elements;
    }

    private static Element upTo(Element element, byte @Nullable [] next) {
        byte[] all = new byte[element.key().length()];
        Arrays.fill(all, (byte) 0xff);
        Data last = next == null ? Data.of(all) : Data.of(next).previous();
        Data end = last.equals(element.key()) ? null : last;
        return new Element(element.key(), end, element.value(), element.timeout(), element.comment());
    }
}
