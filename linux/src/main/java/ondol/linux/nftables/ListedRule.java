package ondol.linux.nftables;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import ondol.linux.netlink.Reply;
import ondol.linux.netlink.Reply.Attributes;
import ondol.linux.netlink.Request;

/**
 * A rule as the kernel shows it, whoever made it.
 *
 * @param handle its number in its table
 * @param expressions the payload of {@code NFTA_RULE_EXPRESSIONS}, which another table of the same family takes as it is
 * @param userData what its maker keeps with it, such as a comment; may be empty
 */
public record ListedRule(Table table, String chain, long handle, byte[] expressions, byte[] userData) {
    private static final int IPPROTO_NONE = 0;

    /** Expressions that a packet gets past, whichever it is; {@code immediate} is a verdict, or data that nobody compares. */
    private static final Set<String> ASKS_NOTHING = Set.of("counter", "log", "immediate");

    /** What a counter counted. */
    public record Counter(long packets, long bytes) {}

    /** One of its expressions: what it is called, such as {@code cmp}, and its attributes. */
    record Expression(String name, Attributes attributes) {}

    /** The comment that it was given; empty for none. */
    public String comment() {
        return UserData.comment(userData);
    }

    /** What its counter counted; empty where it has none. */
    public Optional<Counter> counter() {
        return parsed().stream()
                .filter(one -> one.name.equals("counter"))
                .map(one -> new Counter(
                        one.attributes.big64(Expr.COUNTER_PACKETS, 0), one.attributes.big64(Expr.COUNTER_BYTES, 0)))
                .findFirst();
    }

    /** Its verdicts, which are conditional; those that jump name their chains. */
    public List<Verdict> verdicts() {
        List<Verdict> verdicts = new ArrayList<>();
        for (Expression one : parsed()) {
            if (one.name.equals("immediate")) {
                Attributes data = one.attributes.nested(Expr.IMMEDIATE_DATA);
                if (data.has(Expr.DATA_VERDICT)) {
                    verdicts.add(Verdict.of(data.nested(Expr.DATA_VERDICT)));
                }
            }
        }
        return verdicts;
    }

    /** The names of the sets and maps that it looks things up in, or puts things into. */
    public List<String> sets() {
        return parsed().stream()
                .filter(one -> one.name.equals("lookup") || one.name.equals("dynset"))
                .map(one -> one.attributes.text(one.name.equals("lookup") ? Expr.LOOKUP_SET : Expr.DYNSET_SET))
                .toList();
    }

    /** What its expressions are called, in order, such as {@code cmp}; one of iptables' also with its own name. */
    public List<String> expressionNames() {
        return parsed().stream()
                .map(one -> one.name.equals("match") || one.name.equals("target")
                        ? one.name + " " + one.attributes.text(Expr.EXTENSION_NAME)
                        : one.name)
                .toList();
    }

    /** Whether it refuses packets and says so to their senders. */
    public boolean rejects() {
        return parsed().stream().anyMatch(ListedRule::isReject);
    }

    /** Whether no packet gets past it, whichever it is: it asks for nothing, and drops or rejects. */
    public boolean refusesAll() {
        return (rejects() || verdicts().contains(Verdict.DROP))
                && parsed().stream().allMatch(one -> isReject(one) || ASKS_NOTHING.contains(one.name));
    }

    private static boolean isReject(Expression one) {
        return one.name.equals("reject")
                || (one.name.equals("target")
                        && one.attributes.text(Expr.EXTENSION_NAME).equals("REJECT"));
    }

    /** The same rule, which does something else where this one rejects. */
    public ListedRule rejectingBy(Statement other) {
        Request made = new Request("rule", chain, 0, 0);
        int header = made.length();
        ByteBuffer bytes = ByteBuffer.wrap(expressions).order(ByteOrder.nativeOrder());
        for (ByteBuffer one : Reply.elements(bytes)) {
            Attributes attributes = Attributes.of(one);
            if (isReject(new Expression(attributes.text(Expr.NAME), attributes.nested(Expr.DATA)))) {
                other.write(new RuleWriter(made, table.family()));
            } else {
                byte[] copy = new byte[one.limit()];
                one.get(0, copy);
                made.nested(Expr.LIST_ELEM, copy);
            }
        }
        byte[] message = made.message(0);
        byte[] changed = java.util.Arrays.copyOfRange(message, header, message.length);
        return new ListedRule(table, chain, handle, changed, userData);
    }

    /** Whether it has matches or targets of iptables that nf_tables has no expression of its own for. */
    boolean hasExtensions() {
        return parsed().stream().anyMatch(one -> one.name.equals("match") || one.name.equals("target"));
    }

    /** The transport protocol that it asks for; 0 where it asks for none. */
    int protocol() {
        boolean loaded = false;
        for (Expression one : parsed()) {
            if (loaded && one.name.equals("cmp")) {
                byte[] value = one.attributes.nested(Expr.CMP_DATA).bytes(Expr.DATA_VALUE);
                return value != null && value.length == 1 && one.attributes.big32(Expr.CMP_OP, -1) == Expr.CMP_EQ
                        ? Byte.toUnsignedInt(value[0])
                        : IPPROTO_NONE;
            }
            loaded = loadsProtocol(one);
        }
        return IPPROTO_NONE;
    }

    private boolean loadsProtocol(Expression one) {
        Attributes attributes = one.attributes;
        if (one.name.equals("meta")) {
            return attributes.big32(Expr.META_KEY, -1) == Expr.META_L4PROTO && attributes.has(Expr.META_DREG);
        }
        int offset = table.family() == Family.IP ? 9 : table.family() == Family.IP6 ? 6 : -1;
        return one.name.equals("payload")
                && attributes.big32(Expr.PAYLOAD_BASE, -1) == Expr.PAYLOAD_NETWORK
                && attributes.big32(Expr.PAYLOAD_OFFSET, -1) == offset
                && attributes.big32(Expr.PAYLOAD_LEN, -1) == 1;
    }

    List<Expression> parsed() {
        ByteBuffer bytes = ByteBuffer.wrap(expressions).order(ByteOrder.nativeOrder());
        return Reply.elements(bytes).stream()
                .map(Attributes::of)
                .map(one -> new Expression(one.text(Expr.NAME), one.nested(Expr.DATA)))
                .toList();
    }

    static ListedRule of(Table table, Attributes rule) {
        byte[] expressions = rule.bytes(RuleMessages.EXPRESSIONS);
        byte[] userData = rule.bytes(RuleMessages.USERDATA);
        return new ListedRule(
                table,
                rule.text(RuleMessages.CHAIN),
                rule.big64(RuleMessages.HANDLE, 0),
                expressions == null ? new byte[0] : expressions,
                userData == null ? new byte[0] : userData);
    }
}
