package ondol.engine.local;

import org.jspecify.annotations.Nullable;

/**
 * Those who read a container's log now. A container that is removed keeps its log until the last of them has read it to
 * the end: one that is removed as it ends (`--rm`) would otherwise take along output that nobody has seen yet.
 */
final class Readers {
    private static final System.Logger LOG = System.getLogger(Readers.class.getName());

    private int count;
    private @Nullable Runnable last;

    synchronized void enter() {
        count++;
    }

    synchronized boolean any() {
        return count > 0;
    }

    /**
     * To be called once for each {@link #enter}.
     *
     * @return whether nobody reads any more
     */
    boolean leave() {
        Runnable then;
        synchronized (this) {
            if (--count > 0) {
                return false;
            }
            then = last;
            last = null;
        }
        if (then != null) {
            runQuietly(then);
        }
        return true;
    }

    /** Not the reader's matter: what cannot be cleared up now is at the next start. */
    private static void runQuietly(Runnable then) {
        try {
            then.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "after the last reader of a log: {0}", e.getMessage());
        }
    }

    /**
     * Runs this once nobody reads: now, or later by whoever is the last to leave.
     *
     * @return whether it was now
     */
    boolean whenNone(Runnable then) {
        synchronized (this) {
            if (count > 0) {
                last = then;
                return false;
            }
        }
        then.run();
        return true;
    }
}
