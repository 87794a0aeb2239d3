package ondol.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which of the kept output to read.
 *
 * @param since nothing older, null for all
 * @param until nothing newer, null for all
 * @param tail at most so many lines of the kept output, the last ones; -1 for all
 * @param follow whether what follows comes too, until the container ends
 * @param details what the log's options {@code labels}, {@code env} and {@code tag} choose, before each line
 */
public record LogOptions(
        boolean stdout,
        boolean stderr,
        @Nullable Instant since,
        @Nullable Instant until,
        int tail,
        boolean follow,
        boolean details) {
    /** Without details. */
    public LogOptions(
            boolean stdout,
            boolean stderr,
            @Nullable Instant since,
            @Nullable Instant until,
            int tail,
            boolean follow) {
        this(stdout, stderr, since, until, tail, follow, false);
    }
}
