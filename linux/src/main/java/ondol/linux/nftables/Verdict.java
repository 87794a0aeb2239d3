package ondol.linux.nftables;

import ondol.linux.netlink.Reply;
import ondol.linux.netlink.Request;

/**
 * What becomes of a packet ({@code man 8 nft}, "Verdict statements"). As a statement it ends a rule.
 *
 * @param code {@code NF_ACCEPT}, {@code NFT_JUMP} and so on
 * @param chain where {@code jump} and {@code goto} go; empty for the others
 */
public record Verdict(int code, String chain) implements Statement, Value {
    public static final Verdict DROP = new Verdict(0, "");
    public static final Verdict ACCEPT = new Verdict(1, "");
    /** On with the next rule, as if this one had said nothing. */
    public static final Verdict CONTINUE = new Verdict(-1, "");
    /** Back to the chain that jumped here; in a base chain, its policy. */
    public static final Verdict RETURN = new Verdict(-5, "");

    private static final int NFT_JUMP = -3;
    private static final int NFT_GOTO = -4;
    private static final int NFTA_DATA_VERDICT = 2;
    private static final int NFTA_VERDICT_CODE = 1;
    private static final int NFTA_VERDICT_CHAIN = 2;

    /** Into a chain of the same table, and back to the next rule. */
    public static Verdict jump(String chain) {
        return new Verdict(NFT_JUMP, chain);
    }

    /** Into a chain of the same table, and not back. */
    public static Verdict goTo(String chain) {
        return new Verdict(NFT_GOTO, chain);
    }

    @Override
    public void write(RuleWriter rule) {
        rule.expression("immediate", body -> {
            body.attributeBig(Expr.IMMEDIATE_DREG, Register.VERDICT);
            body.nested(Expr.IMMEDIATE_DATA, () -> write(body));
        });
    }

    @Override
    public void write(Request request) {
        request.nested(NFTA_DATA_VERDICT, () -> {
            request.attributeBig(NFTA_VERDICT_CODE, code);
            if (!chain.isEmpty()) {
                request.attribute(NFTA_VERDICT_CHAIN, chain);
            }
        });
    }

    static Verdict of(Reply.Attributes verdict) {
        return new Verdict(verdict.big32(NFTA_VERDICT_CODE, 0), verdict.text(NFTA_VERDICT_CHAIN));
    }

    /** As {@code nft} writes it, such as {@code jump ports}. */
    @Override
    public String toString() {
        return switch (code) {
            case 0 -> "drop";
            case 1 -> "accept";
            case 3 -> "queue";
            case -1 -> "continue";
            case -5 -> "return";
            case NFT_JUMP -> "jump " + chain;
            case NFT_GOTO -> "goto " + chain;
            default -> "verdict " + code;
        };
    }
}
