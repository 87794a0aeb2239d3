package ondol.linux.nftables;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import ondol.linux.netlink.Request;

/** Writes the expressions of a rule into a message ({@code NFTA_RULE_EXPRESSIONS}). */
public final class RuleWriter {
    private final Request request;
    private final Family family;
    private Family protocol;

    RuleWriter(Request request, Family family) {
        this.request = request;
        this.family = family;
        this.protocol = family;
    }

    /** The family of the table that the rule is in. */
    Family family() {
        return family;
    }

    /** Appends an expression; the content writes its attributes. */
    void expression(String name, Consumer<Request> content) {
        request.nested(Expr.LIST_ELEM, () -> {
            request.attribute(Expr.NAME, name);
            request.nested(Expr.DATA, () -> content.accept(request));
        });
    }

    /** Appends an expression as it is. */
    void copy(ByteBuffer expression) {
        byte[] bytes = new byte[expression.limit()];
        expression.get(0, bytes);
        request.nested(Expr.LIST_ELEM, bytes);
    }

    /** Puts a value into a register. */
    void immediate(int register, Data value) {
        expression("immediate", body -> {
            body.attributeBig(Expr.IMMEDIATE_DREG, register);
            value(body, Expr.IMMEDIATE_DATA, value);
        });
    }

    /** Ends the rule for packets whose register is something else. */
    void compare(int register, int operator, Data value) {
        expression("cmp", body -> {
            body.attributeBig(Expr.CMP_SREG, register);
            body.attributeBig(Expr.CMP_OP, operator);
            value(body, Expr.CMP_DATA, value);
        });
    }

    /** Writes a value as {@code NFTA_DATA_VALUE} inside an attribute. */
    static void value(Request request, int attribute, Data value) {
        request.nested(attribute, () -> request.attribute(Expr.DATA_VALUE, value.bytes()));
    }

    /**
     * Sees to it that only packets of one protocol come further, once for each rule, before their header is read: a table
     * of family inet sees both.
     *
     * @throws IllegalArgumentException where the table never sees such packets
     */
    void only(Family wanted) {
        if (protocol == wanted) {
            return;
        }
        if (family != Family.INET && family != Family.BRIDGE) {
            throw new IllegalArgumentException(
                    "a rule about " + wanted + " packets is of no use in a table of family " + family);
        }
        Packet.nfproto().is(Data.of((byte) wanted.number())).write(this);
        protocol = wanted;
    }
}
