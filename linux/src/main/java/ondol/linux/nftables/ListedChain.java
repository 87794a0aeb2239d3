package ondol.linux.nftables;

/**
 * A chain as the kernel shows it.
 *
 * @param handle its number in its table
 * @param uses how many rules it has, and how many jumps lead to it, together
 */
public record ListedChain(Table table, Chain chain, long handle, int uses) {
    public String name() {
        return chain.name();
    }
}
