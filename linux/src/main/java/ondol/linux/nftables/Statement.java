package ondol.linux.nftables;

/**
 * A part of a rule: a condition, which ends the rule for packets that do not meet it, or something done with those that
 * come so far. {@link Packet} has conditions, {@link Verdict} and {@link Action} what is done.
 */
public interface Statement {
    /** Appends its expressions. */
    void write(RuleWriter rule);
}
