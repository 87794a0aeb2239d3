package ondol.linux.nftables;

import org.jspecify.annotations.Nullable;

/**
 * A list of rules ({@code man 8 nft}, "Chains").
 *
 * @param name at most 127 bytes
 * @param base where it meets packets; null for a chain that only jumps lead to
 */
public record Chain(String name, @Nullable Base base) {
    /** The priorities that {@code nft} has names for: the lower, the earlier. */
    public static final int RAW = -300;

    public static final int MANGLE = -150;
    public static final int DSTNAT = -100;
    public static final int FILTER = 0;
    public static final int SECURITY = 50;
    public static final int SRCNAT = 100;

    /**
     * How a base chain meets packets.
     *
     * @param type {@code filter}, {@code nat} or {@code route}
     * @param priority the lower, the earlier; connection tracking is at -200
     * @param policy {@link Verdict#ACCEPT} or {@link Verdict#DROP}: what becomes of packets that no rule has decided on
     */
    public record Base(String type, Hook hook, int priority, Verdict policy) {}

    /** A chain that only jumps lead to. */
    public static Chain regular(String name) {
        return new Chain(name, null);
    }

    /** A chain that accepts and drops packets. */
    public static Chain filter(String name, Hook hook, int priority) {
        return new Chain(name, new Base("filter", hook, priority, Verdict.ACCEPT));
    }

    /** A chain that sees the first packet of each connection and may translate its addresses. */
    public static Chain nat(String name, Hook hook, int priority) {
        return new Chain(name, new Base("nat", hook, priority, Verdict.ACCEPT));
    }

    /** A chain in {@link Hook#OUTPUT} after which packets are routed anew where their mark or addresses changed. */
    public static Chain route(String name, int priority) {
        return new Chain(name, new Base("route", Hook.OUTPUT, priority, Verdict.ACCEPT));
    }

    /** The same base chain, which drops what no rule accepts. */
    public Chain dropping() {
        if (base == null) {
            throw new IllegalStateException("chain " + name + " has no policy: only jumps lead to it");
        }
        return new Chain(name, new Base(base.type, base.hook, base.priority, Verdict.DROP));
    }
}
