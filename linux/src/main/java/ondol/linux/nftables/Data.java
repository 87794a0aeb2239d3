package ondol.linux.nftables;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import ondol.linux.netlink.Prefix;
import ondol.linux.netlink.Request;
import org.jspecify.annotations.Nullable;

/** A value that packets are compared with, or a key or value of a set: bytes as they lie in a register. */
public final class Data implements Value {
    private static final int IFNAMSIZ = 16;

    /** {@code NFT_DATA_VALUE_MAXLEN}. */
    private static final int MAX = 64;

    private final byte[] bytes;

    private Data(byte[] bytes) {
        if (bytes.length == 0 || bytes.length > MAX) {
            throw new IllegalArgumentException("a value of nf_tables has 1 to " + MAX + " bytes, not " + bytes.length);
        }
        this.bytes = bytes;
    }

    /** Bytes as they are. */
    public static Data of(byte... bytes) {
        return new Data(bytes.clone());
    }

    /** An IPv4 address (4 bytes) or an IPv6 address (16 bytes). */
    public static Data address(InetAddress address) {
        return new Data(address.getAddress());
    }

    /** An address in numbers, such as {@code 10.0.0.1}; names are not looked up. */
    public static Data address(String literal) {
        return address(InetAddress.ofLiteral(literal));
    }

    /** The first address of a network. */
    public static Data first(Prefix network) {
        byte[] address = network.address().getAddress();
        byte[] mask = mask(network).bytes;
        for (int i = 0; i < address.length; i++) {
            address[i] &= mask[i];
        }
        return new Data(address);
    }

    /** The last address of a network. */
    public static Data last(Prefix network) {
        byte[] address = network.address().getAddress();
        byte[] mask = mask(network).bytes;
        for (int i = 0; i < address.length; i++) {
            address[i] |= (byte) ~mask[i];
        }
        return new Data(address);
    }

    /** As many bits as the network's part of an address has. */
    static Data mask(Prefix network) {
        byte[] mask = new byte[network.address().getAddress().length];
        for (int bit = 0; bit < network.length(); bit++) {
            mask[bit / 8] |= (byte) (0x80 >> bit % 8);
        }
        return new Data(mask);
    }

    /** A port, 0 to 65535 (2 bytes, network order). */
    public static Data port(int port) {
        if (port < 0 || port > 0xffff) {
            throw new IllegalArgumentException("port " + port + " is not from 0 to 65535");
        }
        return of((byte) (port >> 8), (byte) port);
    }

    /** A protocol's number, such as 6 for TCP (1 byte). */
    public static Data protocol(int number) {
        return of((byte) number);
    }

    /** The whole name of a network interface (16 bytes, filled up with zeros). */
    public static Data ifname(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        if (text.length == 0 || text.length >= IFNAMSIZ) {
            throw new IllegalArgumentException("network interface name \"" + name + "\" is not 1 to 15 bytes");
        }
        return new Data(Arrays.copyOf(text, IFNAMSIZ));
    }

    /**
     * The whole name of a network interface as {@code iptables} writes it into rules: to its end, with one zero. What is
     * compared with it must begin so, which only this name does. For sets there is {@link #ifname}.
     */
    public static Data text(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        return new Data(Arrays.copyOf(ifname(name).bytes, length + 1));
    }

    /** A mark or another number that the kernel keeps in the machine's order (4 bytes). */
    public static Data number(int value) {
        return new Data(ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array());
    }

    /** Several values after one another, each filled up to a multiple of four bytes: the key of a concatenation. */
    public static Data concat(Data... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Data part : parts) {
            all.writeBytes(Arrays.copyOf(part.bytes, (part.bytes.length + 3) & ~3));
        }
        return new Data(all.toByteArray());
    }

    /** A copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    public int length() {
        return bytes.length;
    }

    /** The value that begins here in a concatenation. */
    public Data part(int offset, int length) {
        return new Data(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    /** The next larger value of the same length; null after the largest. */
    @Nullable
    Data next() {
        byte[] next = bytes.clone();
        for (int i = next.length - 1; i >= 0; i--) {
            next[i]++;
            if (next[i] != 0) {
                return new Data(next);
            }
        }
        return null;
    }

    /** The next smaller one; the smallest has none before it. */
    Data previous() {
        byte[] previous = bytes.clone();
        for (int i = previous.length - 1; i >= 0; i--) {
            previous[i]--;
            if (previous[i] != (byte) 0xff) {
                break;
            }
        }
        return new Data(previous);
    }

    @Override
    public void write(Request request) {
        request.attribute(Expr.DATA_VALUE, bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Data data && Arrays.equals(bytes, data.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** In hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
