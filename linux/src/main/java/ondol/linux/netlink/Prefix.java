package ondol.linux.netlink;

import java.net.InetAddress;

/**
 * An address and how many of its leading bits name the network, as in {@code 10.1.2.3/24} or {@code fd00::/64}.
 *
 * @param length 0 to 32, or 0 to 128 for IPv6
 */
public record Prefix(InetAddress address, int length) {
    /** Every IPv4 address: the destination of a default route. */
    public static final Prefix ALL_IPV4 = parse("0.0.0.0/0");

    /** Every IPv6 address. */
    public static final Prefix ALL_IPV6 = parse("::/0");

    public Prefix {
        int bits = address.getAddress().length * 8;
        if (length < 0 || length > bits) {
            throw new IllegalArgumentException(
                    "prefix length %d of %s is not from 0 to %d".formatted(length, address.getHostAddress(), bits));
        }
    }

    /**
     * Reads {@code ADDRESS/LENGTH}; names are not looked up.
     *
     * @throws IllegalArgumentException where it is something else
     */
    public static Prefix parse(String text) {
        int slash = text.indexOf('/');
        try {
            return new Prefix(
                    InetAddress.ofLiteral(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not an address with a prefix length, such as 10.1.2.3/24", e);
        }
    }

    int family() {
        return Family.of(address);
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + length;
    }
}
