package ondol.engine;

import io.avaje.jsonb.Json;
import java.util.List;

/**
 * What was used, in whole units of the kernel's or of time, so that sums are exact.
 *
 * @param cpuNanos nanoseconds of processor time
 * @param throttledNanos nanoseconds spent waiting for the next period of a {@code --cpus} limit
 * @param memoryMibMillis memory over time: mebibytes times milliseconds, with the cache of files
 * @param diskMibMillis disk over time: mebibytes times milliseconds of a tenant's writable layers and volumes
 * @param readBytes from block devices
 * @param writeBytes to block devices
 * @param reads operations
 * @param writes operations
 * @param receivedBytes from the network
 * @param sentBytes to the network
 * @param starts how often a container started
 * @param oomKills processes killed for want of memory
 */
@Json(naming = Json.Naming.UpperCamel)
public record Usage(
        long cpuNanos,
        long throttledNanos,
        long memoryMibMillis,
        long diskMibMillis,
        long readBytes,
        long writeBytes,
        @Json.Property("Reads") long reads,
        @Json.Property("Writes") long writes,
        long receivedBytes,
        long sentBytes,
        @Json.Property("Starts") long starts,
        long oomKills) {
    /** Nothing. */
    public static final Usage NONE = new Usage(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private static final int FIGURES = 12;

    /** The figures in the order of the components. */
    public List<Long> figures() {
        return List.of(
                cpuNanos,
                throttledNanos,
                memoryMibMillis,
                diskMibMillis,
                readBytes,
                writeBytes,
                reads,
                writes,
                receivedBytes,
                sentBytes,
                starts,
                oomKills);
    }

    /**
     * From {@link #figures}; those that are missing are 0.
     *
     * @throws IllegalArgumentException where there are too many
     */
    public static Usage of(List<Long> figures) {
        if (figures.size() > FIGURES) {
            throw new IllegalArgumentException(figures.size() + " figures of " + FIGURES);
        }
        long[] all = new long[FIGURES];
        for (int i = 0; i < figures.size(); i++) {
            all[i] = figures.get(i);
        }
        return of(all);
    }

    private static Usage of(long[] all) {
        return new Usage(
                all[0], all[1], all[2], all[3], all[4], all[5], all[6], all[7], all[8], all[9], all[10], all[11]);
    }

    /** Both together. */
    public Usage plus(Usage other) {
        return with(other, Long::sum);
    }

    /** What there is more than in another; nothing is less than nothing. */
    public Usage minus(Usage other) {
        return with(other, (mine, others) -> Math.max(0, mine - others));
    }

    /** Of each figure the larger. */
    public Usage max(Usage other) {
        return with(other, Math::max);
    }

    private Usage with(Usage other, java.util.function.LongBinaryOperator operator) {
        List<Long> mine = figures();
        List<Long> others = other.figures();
        long[] all = new long[FIGURES];
        for (int i = 0; i < FIGURES; i++) {
            all[i] = operator.applyAsLong(mine.get(i), others.get(i));
        }
        return of(all);
    }

    /**
     * What falls on a part of the time, spread evenly. The parts from 0 to a, a to b … to 1 have the whole as their sum, to
     * the last digit.
     *
     * @param from 0 to 1
     * @param to not less than from
     */
    public Usage part(double from, double to) {
        List<Long> mine = figures();
        long[] all = new long[FIGURES];
        for (int i = 0; i < FIGURES; i++) {
            long whole = mine.get(i);
            all[i] = share(whole, to) - share(whole, from);
        }
        return of(all);
    }

    private static long share(long whole, double fraction) {
        return fraction >= 1 ? whole : fraction <= 0 ? 0 : Math.round(whole * fraction);
    }
}
