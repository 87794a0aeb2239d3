package ondol.engine.meter;

import io.avaje.jsonb.Json;
import java.util.List;
import ondol.engine.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A line of the ledger: what one run of a container used from one moment to another.
 *
 * @param container its id; empty for what is a tenant's own, and for sums of several
 * @param run when the run began, nanoseconds since 1970: with the container it says which run this is
 * @param from milliseconds since 1970
 * @param until milliseconds since 1970
 * @param end nothing follows of this run
 * @param used {@link Usage#figures}
 * @param total the same of the run until here; null where it began at {@code from}
 */
@Json
public record LedgerLine(
        @Json.Property("c") String container,
        @Json.Property("r") long run,
        @Json.Property("t") @Nullable String tenant,
        @Json.Property("n") String name,
        @Json.Property("f") long from,
        @Json.Property("u") long until,
        @Json.Property("e") boolean end,
        @Json.Property("d") List<Long> used,
        @Json.Property("s") @Nullable List<Long> total) {

    /** What was used. */
    Usage usage() {
        return Usage.of(used);
    }

    /** What the run used until the end of this line. */
    public Usage runTotal() {
        return Usage.of(total == null ? used : total);
    }

    /** The part of this line that lies between two moments, in milliseconds since 1970. */
    public Usage between(long since, long before) {
        if (from >= until) {
            return until >= since && until < before ? usage() : Usage.NONE;
        }
        double length = until - from;
        return usage().part((since - from) / length, (before - from) / length);
    }
}
