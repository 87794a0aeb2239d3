package ondol.linux.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import ondol.linux.Errno;

/**
 * The connections that the kernel follows in a socket's namespace: ctnetlink ({@code linux/netfilter/nfnetlink_conntrack.h},
 * {@code man 8 conntrack}). The socket is one of {@link NetlinkSocket.Protocol#NETFILTER}. All methods throw
 * {@link ondol.linux.KernelException} where the kernel refuses, as one without ctnetlink does.
 */
public final class Connections {
    private static final int CTNETLINK = 1 << 8;
    private static final int GET = CTNETLINK | 1;
    private static final int DELETE = CTNETLINK | 2;

    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_TUPLE_REPLY = 2;
    private static final int CTA_ID = 12;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_IP_V4_SRC = 1;
    private static final int CTA_IP_V4_DST = 2;
    private static final int CTA_IP_V6_SRC = 3;
    private static final int CTA_IP_V6_DST = 4;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int CTA_PROTO_DST_PORT = 3;

    /** {@code struct nfgenmsg}. */
    private static final int BODY = 4;

    private final NetlinkSocket socket;

    public Connections(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * An address and a port.
     *
     * @param port 0 where the protocol has none
     */
    public record End(InetAddress address, int port) {}

    /**
     * A connection, or what passes for one without connections.
     *
     * @param protocol such as 17 for UDP
     * @param to whom its first packet was sent to
     * @param by who answers: somebody else, where the address was translated
     */
    public record Connection(int protocol, End to, End by, Key key) {}

    /** What the kernel knows a connection by. */
    public static final class Key {
        private final int family;
        private final byte[] tuple;
        private final byte[] id;

        private Key(int family, byte[] tuple, byte[] id) {
            this.family = family;
            this.tuple = tuple;
            this.id = id;
        }
    }

    /** Every connection of addresses. */
    public List<Connection> list() {
        Request request =
                new Request("conntrack get", "all", GET, 0).u8(0).u8(0).u16(0);
        List<Connection> connections = new ArrayList<>();
        for (Reply reply : socket.list(request)) {
            Reply.Attributes attributes = reply.attributes(BODY);
            byte[] tuple = attributes.bytes(CTA_TUPLE_ORIG);
            byte[] id = attributes.bytes(CTA_ID);
            End to = end(attributes.nested(CTA_TUPLE_ORIG), CTA_IP_V4_DST, CTA_IP_V6_DST, CTA_PROTO_DST_PORT);
            End by = end(attributes.nested(CTA_TUPLE_REPLY), CTA_IP_V4_SRC, CTA_IP_V6_SRC, CTA_PROTO_SRC_PORT);
            if (tuple != null && id != null && to != null && by != null) {
                int protocol = attributes
                        .nested(CTA_TUPLE_ORIG)
                        .nested(CTA_TUPLE_PROTO)
                        .payload(CTA_PROTO_NUM, 1)
                        .get(0);
                int family = Byte.toUnsignedInt(reply.payload().get(0));
                connections.add(
                        new Connection(Byte.toUnsignedInt((byte) protocol), to, by, new Key(family, tuple, id)));
            }
        }
        return connections;
    }

    private static @org.jspecify.annotations.Nullable End end(Reply.Attributes tuple, int ipv4, int ipv6, int port) {
        Reply.Attributes addresses = tuple.nested(CTA_TUPLE_IP);
        InetAddress address = Family.address(addresses.bytes(addresses.has(ipv4) ? ipv4 : ipv6));
        ByteBuffer number = tuple.nested(CTA_TUPLE_PROTO).payload(port, 2).order(ByteOrder.BIG_ENDIAN);
        return address == null ? null : new End(address, Short.toUnsignedInt(number.getShort(0)));
    }

    /** Forgets a connection: its next packet begins a new one. Nothing is done where it is over already. */
    public void delete(Connection connection) {
        Key key = connection.key();
        socket.request(new Request("conntrack delete", connection.to().toString(), DELETE, 0)
                .u8(key.family)
                .u8(0)
                .u16(0)
                .nested(CTA_TUPLE_ORIG, key.tuple)
                .attribute(CTA_ID, key.id)
                .tolerating(Errno.ENOENT));
    }
}
