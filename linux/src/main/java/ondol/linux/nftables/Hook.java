package ondol.linux.nftables;

import java.util.Locale;

/** Where a base chain meets packets ({@code man 8 nft}, "Address families"; {@code NF_INET_*}). */
public enum Hook {
    PREROUTING(0),
    INPUT(1),
    FORWARD(2),
    OUTPUT(3),
    POSTROUTING(4),
    INGRESS(5),
    EGRESS(6);

    private final int number;

    Hook(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The families netdev and arp count their hooks in their own way. */
    static Hook of(Family family, int number) {
        return switch (family) {
            case NETDEV -> number == 0 ? INGRESS : EGRESS;
            case ARP -> number == 0 ? INPUT : number == 1 ? OUTPUT : FORWARD;
            default -> values()[Math.clamp(number, 0, values().length - 1)];
        };
    }

    /** As {@code nft} writes it, such as {@code forward}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
