package ondol.linux.netlink;

import java.time.Duration;

/**
 * How fast packets may leave ({@code man 8 tc-tbf}, {@code man 8 tc-htb}).
 *
 * @param rate in bytes a second, at least 1
 * @param ceil what a class may borrow up to, in bytes a second, at least the rate; for a tbf the rate itself
 * @param burst how many bytes may leave at once after a pause, at least as many as the largest packet has. The kernel's
 *     clock wants the rate divided by {@code HZ} at least
 * @param latency how long a packet may wait in a tbf before the queue is full
 */
public record Shape(long rate, long ceil, int burst, Duration latency) {
    private static final Duration LATENCY = Duration.ofMillis(50);

    /** Two packets of the largest that a link without jumbo frames takes. */
    private static final long LEAST_BURST = 3200;

    public Shape {
        if (rate < 1 || ceil < rate || burst < 1 || latency.isNegative()) {
            throw new IllegalArgumentException("not a rate: %d up to %d bytes a second, %d at once, waiting %s"
                    .formatted(rate, ceil, burst, latency));
        }
    }

    /** A rate in bytes a second, with what leaves in ten milliseconds at once, and a queue of fifty milliseconds. */
    public static Shape of(long rate) {
        int burst = (int) Math.clamp(rate / 100, LEAST_BURST, Integer.MAX_VALUE / 2);
        return new Shape(rate, rate, burst, LATENCY);
    }

    /** The same, which may borrow what other classes leave. */
    public Shape upTo(long highest) {
        return new Shape(rate, highest, burst, latency);
    }

    /** The same rate as the highest that a class may borrow up to, with so much of its own. */
    public Shape from(long own) {
        return new Shape(Math.min(own, rate), rate, burst, latency);
    }

    /** What a tbf's queue holds, in bytes: the burst, and what leaves within the latency. */
    int limit() {
        double waiting = rate * (latency.toNanos() / 1e9);
        return (int) Math.min(Integer.MAX_VALUE, burst + waiting);
    }

    /** How long bytes take at a rate, in the kernel's ticks of 64 ns ({@code PSCHED_NS2TICKS}). */
    static int ticks(long bytes, long rate) {
        return (int) Math.min(0xffff_ffffL, Math.ceilDiv(bytes * 1_000_000_000L / 64, rate));
    }
}
