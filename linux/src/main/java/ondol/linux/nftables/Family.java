package ondol.linux.nftables;

import java.util.Locale;

/** Which packets a table sees ({@code man 8 nft}, "Address families"; {@code NFPROTO_*}). */
public enum Family {
    /** IPv4 and IPv6 together. */
    INET(1),
    IP(2),
    ARP(3),
    NETDEV(5),
    BRIDGE(7),
    IP6(10),
    /** One that this list does not have; only in what the kernel shows. */
    OTHER(0);

    private final int number;

    Family(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static Family of(int number) {
        for (Family family : values()) {
            if (family.number == number) {
                return family;
            }
        }
        return OTHER;
    }

    /** As {@code nft} writes it, such as {@code ip6}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
