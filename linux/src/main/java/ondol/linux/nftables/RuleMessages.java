package ondol.linux.nftables;

import ondol.linux.netlink.Request;
import org.jspecify.annotations.Nullable;

/** Rules as messages ({@code enum nft_rule_attributes}). */
final class RuleMessages {
    static final int CHAIN = 2;
    static final int HANDLE = 3;
    static final int EXPRESSIONS = 4;
    static final int COMPAT = 5;
    static final int POSITION = 6;
    static final int USERDATA = 7;

    private static final int COMPAT_PROTO = 1;
    private static final int COMPAT_FLAGS = 2;

    private RuleMessages() {}

    static Request add(int flags, Table table, String chain, Rule rule, @Nullable Long before) {
        String shown = rule.comment().isEmpty() ? chain : chain + " \"" + rule.comment() + "\"";
        Request request = Messages.of("newrule", Messages.NEWRULE, Messages.NLM_F_CREATE | flags, table, shown)
                .attribute(CHAIN, chain);
        request.nested(EXPRESSIONS, () -> {
            RuleWriter writer = new RuleWriter(request, table.family());
            rule.statements().forEach(statement -> statement.write(writer));
        });
        if (before != null) {
            request.attributeBig(POSITION, before.longValue());
        }
        if (!rule.comment().isEmpty()) {
            request.attribute(USERDATA, UserData.comment(rule.comment()));
        }
        return request;
    }

    static Request copy(Table table, String chain, ListedRule rule) {
        if (table.family() != rule.table().family()) {
            throw new IllegalArgumentException(
                    "a rule of table %s does not fit into table %s".formatted(rule.table(), table));
        }
        String shown = chain + ", handle " + rule.handle() + " of " + rule.table() + " " + rule.chain();
        Request request = Messages.of(
                        "newrule", Messages.NEWRULE, Messages.NLM_F_CREATE | Messages.NLM_F_APPEND, table, shown)
                .attribute(CHAIN, chain);
        request.nested(EXPRESSIONS, () -> RejectTarget.write(new RuleWriter(request, table.family()), rule));
        if (rule.hasExtensions()) {
            // extensions of iptables want to know the protocol; the kernel does not show what they were told
            request.nested(
                    COMPAT,
                    () -> request.attributeBig(COMPAT_PROTO, rule.protocol()).attributeBig(COMPAT_FLAGS, 0));
        }
        if (rule.userData().length > 0) {
            request.attribute(USERDATA, rule.userData());
        }
        return request;
    }
}
