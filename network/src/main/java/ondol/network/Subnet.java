package ondol.network;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import ondol.linux.netlink.Prefix;

/**
 * The addresses that share their leading bits, such as {@code 172.18.0.0/16} or {@code fd00:1::/64} (RFC 4632, RFC 4291).
 *
 * @param address the lowest of them
 * @param length how many leading bits they share
 */
public record Subnet(InetAddress address, int length) {
    /**
     * Reads {@code ADDRESS/LENGTH}; any address of the subnet will do.
     *
     * @throws NetworkException where it is something else
     */
    public static Subnet parse(String text) {
        Prefix prefix;
        try {
            prefix = Prefix.parse(text);
        } catch (IllegalArgumentException e) {
            throw new NetworkException(
                    NetworkException.Reason.INVALID,
                    "invalid subnet \"" + text + "\": write one such as 172.28.0.0/16",
                    e);
        }
        return of(prefix.address(), prefix.length());
    }

    /** The subnet of this length that an address is in. */
    public static Subnet of(InetAddress address, int length) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int kept = Math.clamp(length - 8L * i, 0, 8);
            bytes[i] &= (byte) (0xff00 >> kept);
        }
        return new Subnet(address(bytes), length);
    }

    /**
     * Reads an address; names are not looked up.
     *
     * @throws NetworkException where it is none
     */
    public static InetAddress parseAddress(String what, String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new NetworkException(
                    NetworkException.Reason.INVALID,
                    "invalid " + what + " \"" + text + "\": it is not an IP address",
                    e);
        }
    }

    public boolean ipv6() {
        return bits() == 128;
    }

    int bits() {
        return address.getAddress().length * 8;
    }

    public boolean contains(InetAddress other) {
        return other.getAddress().length * 8 == bits() && of(other, length).equals(this);
    }

    /** Whether any address is in both. */
    public boolean overlaps(Subnet other) {
        return contains(other.address) || other.contains(address);
    }

    /** Whether all of another's addresses are in this one. */
    public boolean covers(Subnet other) {
        return other.length >= length && contains(other.address);
    }

    BigInteger first() {
        return number(address);
    }

    BigInteger last() {
        return first().add(BigInteger.ONE.shiftLeft(bits() - length)).subtract(BigInteger.ONE);
    }

    /** An address of it, by its place from 0. */
    public InetAddress at(long place) {
        return address(first().add(BigInteger.valueOf(place)), bits() / 8);
    }

    /** The highest address; for IPv4 the one of broadcasts. */
    public InetAddress highest() {
        return address(last(), bits() / 8);
    }

    static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    static InetAddress address(BigInteger number, int size) {
        byte[] bytes = new byte[size];
        byte[] digits = number.toByteArray();
        int copied = Math.min(size, digits.length);
        System.arraycopy(digits, digits.length - copied, bytes, size - copied, copied);
        return address(bytes);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("not an address: " + Arrays.toString(bytes), e);
        }
    }

    /** The address with the subnet's length, as an interface is given it. */
    public Prefix prefix(InetAddress of) {
        return new Prefix(of, length);
    }

    @Override
    public String toString() {
        return Addresses.text(address) + "/" + length;
    }
}
