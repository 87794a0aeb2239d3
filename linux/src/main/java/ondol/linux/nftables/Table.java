package ondol.linux.nftables;

/**
 * The name of a table: of all its chains, sets and rules ({@code man 8 nft}, "Tables").
 *
 * @param name at most 255 bytes
 */
public record Table(Family family, String name) {
    /** A table for IPv4 and IPv6 together. */
    public static Table inet(String name) {
        return new Table(Family.INET, name);
    }

    public static Table ip(String name) {
        return new Table(Family.IP, name);
    }

    public static Table ip6(String name) {
        return new Table(Family.IP6, name);
    }

    /** As {@code nft} writes it, such as {@code inet ondol}. */
    @Override
    public String toString() {
        return family + " " + name;
    }
}
