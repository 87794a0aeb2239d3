package ondol.linux.nftables;

/** The type of a key or value of a set, as {@code nft describe} knows it; the kernel cares for its length alone. */
public enum Type {
    VERDICT(1, 16),
    IPV4_ADDR(7, 4),
    IPV6_ADDR(8, 16),
    INET_PROTO(12, 1),
    INET_SERVICE(13, 2),
    MARK(19, 4),
    IFNAME(41, 16);

    private final int number;
    private final int bytes;

    Type(int number, int bytes) {
        this.number = number;
        this.bytes = bytes;
    }

    int number() {
        return number;
    }

    /** How many bytes a value has. */
    public int bytes() {
        return bytes;
    }

    /** In a concatenation each value begins at a multiple of four bytes. */
    int paddedBytes() {
        return (bytes + 3) & ~3;
    }
}
