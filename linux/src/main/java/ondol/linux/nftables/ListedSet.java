package ondol.linux.nftables;

import ondol.linux.netlink.Reply;

/**
 * A set or map as the kernel shows it, whoever made it and whatever its types are.
 *
 * @param handle its number in its table
 * @param anonymous whether it belongs to one rule
 * @param map whether it has values for its keys
 * @param keyBytes the length of a key
 * @param dataBytes the length of a map's values; 0 for a set, and for a map to objects
 */
public record ListedSet(
        Table table,
        String name,
        long handle,
        boolean anonymous,
        boolean map,
        int keyBytes,
        int dataBytes,
        Reply.Attributes attributes) {

    static ListedSet of(Table table, Reply.Attributes set) {
        int flags = set.big32(SetMessages.FLAGS, 0);
        return new ListedSet(
                table,
                set.text(SetMessages.NAME),
                set.big64(SetMessages.HANDLE, 0),
                (flags & SetMessages.ANONYMOUS) != 0,
                (flags & SetMessages.MAP) != 0,
                set.big32(SetMessages.KEY_LEN, 0),
                set.big32(SetMessages.DATA_LEN, 0),
                set);
    }

    /** Whether its elements are beginnings and ends, which belong together in pairs. */
    boolean hasEnds() {
        int flags = attributes.big32(SetMessages.FLAGS, 0);
        return (flags & SetMessages.INTERVAL) != 0 && (flags & SetMessages.CONCAT) == 0;
    }
}
