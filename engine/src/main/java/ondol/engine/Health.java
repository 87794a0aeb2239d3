package ondol.engine;

import io.avaje.jsonb.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a container that has a {@link Healthcheck} is well.
 *
 * @param failingStreak how many checks in a row have failed
 * @param log the last results, at most {@link #KEPT}, the oldest first
 */
@Json
public record Health(Status status, int failingStreak, List<Result> log) {
    /** How many results are kept, as by Docker. */
    public static final int KEPT = 5;

    /** What the engine thinks of the container. */
    public enum Status {
        /** It has not been well since it was started, and may still become so. */
        STARTING,
        HEALTHY,
        UNHEALTHY
    }

    /**
     * One check.
     *
     * @param exitCode the command's; 0 is well, and -1 is a check that took too long or could not be run
     * @param output what it wrote to both streams, at most 4096 bytes, or why it failed
     */
    @Json
    public record Result(Instant start, Instant end, int exitCode, String output) {}

    /** What a container's health is when it starts; of an earlier run the log remains. */
    public static Health starting(List<Result> earlier) {
        return new Health(Status.STARTING, 0, earlier);
    }

    /** This with another status. */
    public Health as(Status other) {
        return new Health(other, failingStreak, log);
    }

    /** This after one more check, whose result went into the status and the streak already. */
    public Health after(Status now, int streak, Result result) {
        List<Result> longer = new ArrayList<>(log);
        longer.add(result);
        return new Health(now, streak, List.copyOf(longer.subList(Math.max(0, longer.size() - KEPT), longer.size())));
    }
}
