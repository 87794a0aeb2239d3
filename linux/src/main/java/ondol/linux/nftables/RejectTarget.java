package ondol.linux.nftables;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import ondol.linux.netlink.Reply;
import ondol.linux.netlink.Reply.Attributes;

/**
 * The target REJECT of iptables ({@code man 8 iptables-extensions}), said with nf_tables' own expression: the kernel takes
 * the target in tables that are called {@code filter} alone.
 */
final class RejectTarget {
    private static final int TARGET_INFO = 3;

    /** {@code enum ipt_reject_with} and {@code enum ip6t_reject_with}: what each is as a code of ICMP. */
    private static final Map<Integer, Integer> ICMP = Map.of(0, 0, 1, 1, 2, 2, 3, 3, 5, 9, 6, 10, 8, 13);

    private static final Map<Integer, Integer> ICMPV6 = Map.of(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 7, 5, 8, 6);
    private static final int IPT_TCP_RESET = 7;
    private static final int IP6T_TCP_RESET = 6;

    private RejectTarget() {}

    /** Writes the expressions of a rule that is copied. */
    static void write(RuleWriter writer, ListedRule rule) {
        ByteBuffer expressions = ByteBuffer.wrap(rule.expressions()).order(ByteOrder.nativeOrder());
        for (ByteBuffer expression : Reply.elements(expressions)) {
            Attributes attributes = Attributes.of(expression);
            Attributes body = attributes.nested(Expr.DATA);
            byte[] info = body.bytes(TARGET_INFO);
            boolean reject = attributes.text(Expr.NAME).equals("target")
                    && body.text(Expr.EXTENSION_NAME).equals("REJECT");
            if (reject && info != null && info.length >= 4) {
                reject(
                        writer,
                        ByteBuffer.wrap(info).order(ByteOrder.nativeOrder()).getInt(0));
            } else {
                writer.copy(expression);
            }
        }
    }

    private static void reject(RuleWriter writer, int with) {
        boolean six = writer.family() == Family.IP6;
        if (with == (six ? IP6T_TCP_RESET : IPT_TCP_RESET)) {
            Action.reject(writer, Action.REJECT_TCP_RST, 0);
            return;
        }
        Integer code = (six ? ICMPV6 : ICMP).get(with);
        if (code == null) {
            throw new IllegalArgumentException("REJECT with number " + with + " is not known");
        }
        Action.reject(writer, Action.REJECT_ICMP_UNREACH, code);
    }
}
