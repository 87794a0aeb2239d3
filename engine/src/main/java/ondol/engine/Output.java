package ondol.engine;

import java.time.Instant;

/**
 * Bytes that a container wrote at one time.
 *
 * @param error whether to stderr
 * @param bytes as written; not to be changed
 * @param partial whether the line that the bytes end in goes on in the next piece of the same stream (logs only: when
 *     reading logs a piece is at most one line)
 */
public record Output(Instant time, boolean error, byte[] bytes, boolean partial) {}
