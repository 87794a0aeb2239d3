package ondol.linux.nftables;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** What rules do with packets, beside verdicts ({@code man 8 nft}, "Statements"). */
public final class Action {
    static final int REJECT_ICMP_UNREACH = 0;
    static final int REJECT_TCP_RST = 1;
    private static final int REJECT_ICMPX_UNREACH = 2;
    private static final int ICMP_PORT_UNREACH = 3;
    private static final int ICMPV6_PORT_UNREACH = 4;
    private static final int ICMPX_PORT_UNREACH = 1;

    /** Where TCP and UDP have their ports and checksums. */
    private static final int SPORT = 0;

    private static final int DPORT = 2;
    private static final int PORT_BYTES = 2;
    private static final int UDP_CHECKSUM = 6;
    private static final int TCP_CHECKSUM = 16;

    private Action() {}

    /** Counts packets and bytes; {@link ListedRule#counter} reads them. */
    public static Statement counter() {
        return rule -> rule.expression("counter", body -> {
            body.attributeBig(Expr.COUNTER_BYTES, 0L);
            body.attributeBig(Expr.COUNTER_PACKETS, 0L);
        });
    }

    /**
     * Lets so many packets pass to the next statement; the rule ends for those above.
     *
     * @param packets in each {@code per}, at least 1
     * @param per whole seconds, at least 1
     * @param burst how many more at once
     */
    public static Statement limit(long packets, Duration per, int burst) {
        return rule -> rule.expression("limit", body -> {
            body.attributeBig(Expr.LIMIT_RATE, packets);
            body.attributeBig(Expr.LIMIT_UNIT, per.toSeconds());
            body.attributeBig(Expr.LIMIT_BURST, burst);
            body.attributeBig(Expr.LIMIT_TYPE, 0);
            body.attributeBig(Expr.LIMIT_FLAGS, 0);
        });
    }

    /** Drops the packet and tells its sender that nothing is at the port ({@code reject}). */
    public static Statement reject() {
        return rule -> {
            switch (rule.family()) {
                case IP -> reject(rule, REJECT_ICMP_UNREACH, ICMP_PORT_UNREACH);
                case IP6 -> reject(rule, REJECT_ICMP_UNREACH, ICMPV6_PORT_UNREACH);
                default -> reject(rule, REJECT_ICMPX_UNREACH, ICMPX_PORT_UNREACH);
            }
        };
    }

    /** Ends a TCP connection as a closed port does ({@code reject with tcp reset}). Only TCP packets come further. */
    public static Statement rejectWithReset() {
        return rule -> {
            Packet.l4proto(Packet.TCP).write(rule);
            reject(rule, REJECT_TCP_RST, 0);
        };
    }

    static void reject(RuleWriter rule, int type, int code) {
        rule.expression("reject", body -> {
            body.attributeBig(Expr.REJECT_TYPE, type);
            body.attribute(Expr.REJECT_CODE, new byte[] {(byte) code});
        });
    }

    /** Gives the connection another destination; its port stays. In nat chains of prerouting and output. */
    public static Statement dnat(InetAddress to) {
        return nat(Expr.NAT_DNAT, Load.of(Data.address(to)));
    }

    /** Gives the connection another destination and port; only for protocols with ports. */
    public static Statement dnat(InetAddress to, int port) {
        return nat(Expr.NAT_DNAT, Load.concat(Load.of(Data.address(to)), Load.of(Data.port(port))));
    }

    /**
     * Gives the connection another destination, such as one that a map has: {@code dnat(concat(ipDaddr(),
     * l4proto(), dport()).through(ports))}.
     *
     * @param to an address (4 or 16 bytes), or an address and a port
     */
    public static Statement dnat(Load to) {
        return nat(Expr.NAT_DNAT, to);
    }

    /** Gives the connection another source. In nat chains of postrouting and input. */
    public static Statement snat(InetAddress to) {
        return nat(Expr.NAT_SNAT, Load.of(Data.address(to)));
    }

    /**
     * Gives the connection another source.
     *
     * @param to an address (4 or 16 bytes), or an address and a port
     */
    public static Statement snat(Load to) {
        return nat(Expr.NAT_SNAT, to);
    }

    private static Statement nat(int type, Load to) {
        List<Integer> parts = to.lengths();
        int address = parts.getFirst();
        boolean fits = (address == 4 || address == 16) && (parts.size() == 1 || parts.equals(List.of(address, 2)));
        if (!fits) {
            throw new IllegalArgumentException("not an address, or an address and a port: " + parts + " bytes");
        }
        Family family = address == 4 ? Family.IP : Family.IP6;
        int port = Register.FIRST + Register.needed(address);
        return rule -> {
            rule.only(family);
            to.load(rule);
            rule.expression("nat", body -> {
                body.attributeBig(Expr.NAT_TYPE, type);
                body.attributeBig(Expr.NAT_FAMILY, family.number());
                body.attributeBig(Expr.NAT_ADDR_MIN, Register.FIRST);
                body.attributeBig(Expr.NAT_ADDR_MAX, Register.FIRST);
                if (parts.size() == 2) {
                    body.attributeBig(Expr.NAT_PROTO_MIN, port);
                    body.attributeBig(Expr.NAT_PROTO_MAX, port);
                }
            });
        };
    }

    /** Gives the connection the address of the interface that it goes out by as its source. In nat chains of postrouting. */
    public static Statement masquerade() {
        return rule -> rule.expression("masq", body -> {});
    }

    /** Sends the connection to a port of this machine (namespace). In nat chains of prerouting and output. */
    public static Statement redirect(int port) {
        return rule -> {
            rule.immediate(Register.FIRST, Data.port(port));
            rule.expression("redir", body -> body.attributeBig(Expr.REDIR_PROTO_MIN, Register.FIRST));
        };
    }

    /** Gives the packet a mark. */
    public static Statement setMark(int mark) {
        return setMark(Load.of(Data.number(mark)));
    }

    /** Gives the packet a mark, such as {@code setMark(ctMark())} or {@code setMark(mark().bits(~0xff, 0x01))}. */
    public static Statement setMark(Load mark) {
        return rule -> {
            mark.load(rule);
            rule.expression("meta", body -> {
                body.attributeBig(Expr.META_KEY, Expr.META_MARK);
                body.attributeBig(Expr.META_SREG, Register.FIRST);
            });
        };
    }

    /** Gives the connection a mark. */
    public static Statement setCtMark(int mark) {
        return setCtMark(Load.of(Data.number(mark)));
    }

    /** Gives the connection a mark, such as {@code setCtMark(mark())}. */
    public static Statement setCtMark(Load mark) {
        return rule -> {
            mark.load(rule);
            rule.expression("ct", body -> {
                body.attributeBig(Expr.CT_KEY, Expr.CT_KEY_MARK);
                body.attributeBig(Expr.CT_SREG, Register.FIRST);
            });
        };
    }

    /**
     * Writes another source port into this one packet and corrects its checksum; no connection is tracked ({@code udp sport
     * set}). Packets of other protocols do not come further.
     *
     * @param protocol {@link Packet#TCP} or {@link Packet#UDP}
     */
    public static Statement writeSport(int protocol, int port) {
        return writePort(protocol, SPORT, port);
    }

    /** Writes another destination port into this one packet, as {@link #writeSport} does. */
    public static Statement writeDport(int protocol, int port) {
        return writePort(protocol, DPORT, port);
    }

    private static Statement writePort(int protocol, int offset, int port) {
        if (protocol != Packet.TCP && protocol != Packet.UDP) {
            throw new IllegalArgumentException("ports of protocol " + protocol + " cannot be written");
        }
        return rule -> {
            Packet.l4proto(protocol).write(rule);
            rule.immediate(Register.FIRST, Data.port(port));
            rule.expression("payload", body -> {
                body.attributeBig(Expr.PAYLOAD_SREG, Register.FIRST);
                body.attributeBig(Expr.PAYLOAD_BASE, Expr.PAYLOAD_TRANSPORT);
                body.attributeBig(Expr.PAYLOAD_OFFSET, offset);
                body.attributeBig(Expr.PAYLOAD_LEN, PORT_BYTES);
                body.attributeBig(Expr.PAYLOAD_CSUM_TYPE, Expr.PAYLOAD_CSUM_INET);
                body.attributeBig(Expr.PAYLOAD_CSUM_OFFSET, protocol == Packet.TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
            });
        };
    }
}
