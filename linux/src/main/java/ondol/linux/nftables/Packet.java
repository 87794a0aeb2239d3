package ondol.linux.nftables;

import java.util.List;
import java.util.function.Consumer;
import ondol.linux.netlink.Request;

/**
 * What rules can ask about a packet and its connection ({@code man 8 nft}, "Primary expressions", "Payload expressions").
 * What is read of an IPv4 or IPv6 header is read only of such packets; in a table of family inet the rule asks for the
 * protocol by itself.
 */
public final class Packet {
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int ICMP = 1;
    public static final int ICMPV6 = 58;
    public static final int SCTP = 132;

    /** Bits of {@code ct state}. */
    public static final int INVALID = 1;

    public static final int ESTABLISHED = 2;
    public static final int RELATED = 4;
    public static final int NEW = 8;
    public static final int UNTRACKED = 64;

    /** Bits of {@code ct status}: whose source, or destination, was translated. */
    public static final int SNAT = 0x10;

    public static final int DNAT = 0x20;

    private static final int RTN_LOCAL = 2;
    private static final Consumer<RuleWriter> NOTHING = rule -> {};

    private Packet() {}

    /** The name of the interface that it came in by. */
    public static Load iifname() {
        return meta(Expr.META_IIFNAME, 16);
    }

    /** The name of the interface that it goes out by. */
    public static Load oifname() {
        return meta(Expr.META_OIFNAME, 16);
    }

    /** The name of the interface that it came in by, whole. */
    public static Statement iifname(String name) {
        return iifname().is(Data.ifname(name));
    }

    /** The name of the interface that it goes out by, whole. */
    public static Statement oifname(String name) {
        return oifname().is(Data.ifname(name));
    }

    /** The transport protocol, such as {@link #TCP} (1 byte). */
    public static Load l4proto() {
        return meta(Expr.META_L4PROTO, 1);
    }

    /** Whether this is the transport protocol. */
    public static Statement l4proto(int number) {
        return l4proto().is(Data.protocol(number));
    }

    /** The network protocol: {@code NFPROTO_IPV4} (2) or {@code NFPROTO_IPV6} (10) (1 byte). */
    public static Load nfproto() {
        return meta(Expr.META_NFPROTO, 1);
    }

    /** The packet's mark (4 bytes, the machine's order). */
    public static Load mark() {
        return meta(Expr.META_MARK, 4);
    }

    /** The IPv4 source address. */
    public static Load ipSaddr() {
        return header(Family.IP, 12, 4);
    }

    /** The IPv4 destination address. */
    public static Load ipDaddr() {
        return header(Family.IP, 16, 4);
    }

    /** The IPv6 source address. */
    public static Load ip6Saddr() {
        return header(Family.IP6, 8, 16);
    }

    /** The IPv6 destination address. */
    public static Load ip6Daddr() {
        return header(Family.IP6, 24, 16);
    }

    /** The source port of TCP, UDP or SCTP: ask for {@link #l4proto} as well, or put it into the key. */
    public static Load sport() {
        return payload(NOTHING, Expr.PAYLOAD_TRANSPORT, 0, 2);
    }

    /** The destination port of TCP, UDP or SCTP: ask for {@link #l4proto} as well, or put it into the key. */
    public static Load dport() {
        return payload(NOTHING, Expr.PAYLOAD_TRANSPORT, 2, 2);
    }

    /** The destination port of TCP packets; no others come further. */
    public static Load tcpDport() {
        return payload(rule -> l4proto(TCP).write(rule), Expr.PAYLOAD_TRANSPORT, 2, 2);
    }

    /** The destination port of UDP packets; no others come further. */
    public static Load udpDport() {
        return payload(rule -> l4proto(UDP).write(rule), Expr.PAYLOAD_TRANSPORT, 2, 2);
    }

    /**
     * Whether the connection is in one of these states.
     *
     * @param states {@link #ESTABLISHED} and so on, or'ed
     */
    public static Statement ctState(int states) {
        return ct(NOTHING, Expr.CT_KEY_STATE, 4, -1).hasAny(states);
    }

    /**
     * Whether one of these happened to the connection.
     *
     * @param bits {@link #DNAT} and so on, or'ed
     */
    public static Statement ctStatus(int bits) {
        return ct(NOTHING, Expr.CT_KEY_STATUS, 4, -1).hasAny(bits);
    }

    /** Whether the packet goes the way that the first one of its connection went. */
    public static Statement ctOriginalDirection() {
        return ct(NOTHING, Expr.CT_KEY_DIRECTION, 1, -1).is(Data.of((byte) 0));
    }

    /** The connection's mark (4 bytes, the machine's order). */
    public static Load ctMark() {
        return ct(NOTHING, Expr.CT_KEY_MARK, 4, -1);
    }

    /** The IPv4 destination that the connection was made to, before any translation. */
    public static Load ctOriginalIpDaddr() {
        return ct(rule -> rule.only(Family.IP), Expr.CT_KEY_DST_IP, 4, 0);
    }

    /** The destination port that the connection was made to, before any translation. */
    public static Load ctOriginalDport() {
        return ct(NOTHING, Expr.CT_KEY_PROTO_DST, 2, 0);
    }

    /** Whether the destination is an address of this machine (namespace). */
    public static Statement toLocalAddress() {
        return fib().is(Data.number(RTN_LOCAL));
    }

    /** The kind of the packet's address in the routing table: {@code RTN_*} (4 bytes, the machine's order). */
    private static Load fib() {
        return load(4, NOTHING, "fib", (body, register) -> {
            body.attributeBig(Expr.FIB_DREG, register);
            body.attributeBig(Expr.FIB_RESULT, Expr.FIB_ADDRTYPE);
            body.attributeBig(Expr.FIB_FLAGS, Expr.FIB_DADDR);
        });
    }

    private static Load meta(int key, int length) {
        return load(length, NOTHING, "meta", (body, register) -> {
            body.attributeBig(Expr.META_DREG, register);
            body.attributeBig(Expr.META_KEY, key);
        });
    }

    private static Load header(Family family, int offset, int length) {
        return payload(rule -> rule.only(family), Expr.PAYLOAD_NETWORK, offset, length);
    }

    private static Load payload(Consumer<RuleWriter> needs, int base, int offset, int length) {
        return load(length, needs, "payload", (body, register) -> {
            body.attributeBig(Expr.PAYLOAD_DREG, register);
            body.attributeBig(Expr.PAYLOAD_BASE, base);
            body.attributeBig(Expr.PAYLOAD_OFFSET, offset);
            body.attributeBig(Expr.PAYLOAD_LEN, length);
        });
    }

    private static Load ct(Consumer<RuleWriter> needs, int key, int length, int direction) {
        return load(length, needs, "ct", (body, register) -> {
            body.attributeBig(Expr.CT_DREG, register);
            body.attributeBig(Expr.CT_KEY, key);
            if (direction >= 0) {
                body.attribute(Expr.CT_DIRECTION, new byte[] {(byte) direction});
            }
        });
    }

    private interface Body {
        void write(Request body, int register);
    }

    private static Load load(int length, Consumer<RuleWriter> needs, String expression, Body content) {
        return new Load(
                List.of(length),
                needs,
                (rule, register) -> rule.expression(expression, body -> content.write(body, register)));
    }
}
