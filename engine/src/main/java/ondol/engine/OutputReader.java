package ondol.engine;

import org.jspecify.annotations.Nullable;

/** Reads a container's output piece by piece. Used by one thread; {@link #close} may come from another and ends it. */
public interface OutputReader extends AutoCloseable {
    /** The next piece, waiting for it; null when no more will come or the reader was closed. */
    @Nullable
    Output next() throws InterruptedException;

    /**
     * The next piece where it is there already, so that whoever passes pieces on can pass several on at once; null where
     * it is not, and always null from a reader that cannot tell.
     */
    default @Nullable Output poll() {
        return null;
    }

    @Override
    void close();
}
