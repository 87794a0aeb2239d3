package ondol.engine;

import org.jspecify.annotations.Nullable;

/**
 * Reads what a container uses, each second. Used by one thread; {@link #close} may come from another and ends it. Whoever
 * comes late for a reading gets the newest one, and nobody waits for them.
 */
public interface StatsReader extends AutoCloseable {
    /** The next reading, waiting for it; null once the container is removed, or the reader closed. */
    @Nullable
    Readings next() throws InterruptedException;

    @Override
    void close();

    /**
     * Two readings, about a second apart.
     *
     * @param before null where {@code now} is the first
     */
    record Readings(@Nullable ContainerStats before, ContainerStats now) {}
}
