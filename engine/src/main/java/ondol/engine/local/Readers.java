package ondol.engine.local;

import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Those who read a container's log now. A container that is removed keeps its log until the last of them has read it to
 * the end: one that is removed as it ends (`--rm`) would otherwise take along output that nobody has seen yet.
 */
final class Readers {
    private static final System.Logger LOG = System.getLogger(Readers.class.getName());

    private final Map<Object, Integer> files = new IdentityHashMap<>();
    private int count;
    private @Nullable Runnable last;

    /**
     * One of those who have to get all of it has come to this file of the log; 0 for one that goes.
     *
     * @return the oldest file that one of them still needs, 0 for none; -1 where that is as before
     */
    synchronized int reads(Object reader, int file) {
        int before = oldest();
        if (file == 0) {
            files.remove(reader);
        } else {
            files.put(reader, file);
        }
        int now = oldest();
        return now == before ? -1 : now;
    }

    /** The oldest file that somebody still needs; 0 for none. */
    synchronized int oldest() {
        return files.values().stream().mapToInt(Integer::intValue).min().orElse(0);
    }

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
