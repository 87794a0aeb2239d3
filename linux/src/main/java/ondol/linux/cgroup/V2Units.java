package ondol.linux.cgroup;

/**
 * From the units of v1, which Docker's flags and the runtime specification have, to those of v2: the one place for it.
 * {@code docs/limits.md} has the table of flags and files.
 */
final class V2Units {
    private V2Units() {}

    /**
     * The weight (1 to 10000, default 100) of cpu shares (2 to 262144, default 1024): a curve through both ends and the
     * defaults, {@code ceil(10^((l² + 125 l) / 612 - 7 / 34))} with {@code l = log2(shares)}, as <a
     * href="https://github.com/opencontainers/runc/pull/4785">runc since 1.3.2</a> and crun since 1.23 have it.
     */
    static long weightOfShares(long shares) {
        if (shares <= 2) {
            return 1;
        }
        if (shares >= 262_144) {
            return 10_000;
        }
        double l = Math.log(shares) / Math.log(2);
        // rounded first, so that the last digit of a logarithm does not lift 100 to 101
        double weight = Math.pow(10, (l * l + 125 * l) / 612 - 7.0 / 34);
        return (long) Math.ceil(Math.round(weight * 1e9) / 1e9);
    }

    /**
     * From blkio's weight (10 to 1000) to {@code io.weight} (1 to 10000): {@code 1 + (weight - 10) * 9999 / 990}, as <a
     * href="https://github.com/containers/crun/blob/main/crun.1.md#cgroup-v2">crun's manual</a> and runc have it.
     * {@code io.bfq.weight} has v1's unit and needs none of it.
     */
    static long ioWeight(long weight) {
        return 1 + (weight - 10) * 9999 / 990;
    }

    /**
     * {@code memory.swap.max}, which counts swap alone, of a limit on memory and swap together.
     *
     * @return negative where the two together are less than memory alone
     */
    static long swapMax(long together, long memory) {
        return together - memory;
    }
}
