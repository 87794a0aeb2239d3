package ondol.linux.nftables;

import java.time.Duration;
import ondol.linux.netlink.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * An element of a {@link NamedSet}.
 *
 * @param key its key, or the first of a range
 * @param last the last of a range, included; null for one key alone
 * @param value what a map has for it; null in a set
 * @param timeout after which it expires; null for what the set says. In what the kernel shows: the time that is left
 * @param comment up to 127 bytes, which the kernel keeps and {@code nft} shows; may be empty
 */
public record Element(
        Data key,
        @Nullable Data last,
        @Nullable Value value,
        @Nullable Duration timeout,
        String comment) {
    public static Element of(Data key) {
        return new Element(key, null, null, null, "");
    }

    public static Element of(Data key, Value value) {
        return new Element(key, null, value, null, "");
    }

    /** All keys from the first to the last; in a concatenation each part has its own range. */
    public static Element range(Data first, Data last) {
        return new Element(first, last, null, null, "");
    }

    /** All addresses of a network. */
    public static Element network(Prefix network) {
        return range(Data.first(network), Data.last(network));
    }

    /** The same with a value. */
    public Element to(Value other) {
        return new Element(key, last, other, timeout, comment);
    }

    /** The same; it expires after this time. */
    public Element expiringAfter(Duration time) {
        return new Element(key, last, value, time, comment);
    }

    /** The same with a comment. */
    public Element commented(String text) {
        return new Element(key, last, value, timeout, text);
    }
}
