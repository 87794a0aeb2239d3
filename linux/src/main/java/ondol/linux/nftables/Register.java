package ondol.linux.nftables;

/** The registers of a rule: one for the verdict, and sixteen of four bytes ({@code enum nft_registers}). */
final class Register {
    static final int VERDICT = 0;
    /** The first of those of four bytes. */
    static final int FIRST = 8;

    static final int COUNT = 16;

    private Register() {}

    /** How many registers a value takes. */
    static int needed(int bytes) {
        return (bytes + 3) / 4;
    }
}
