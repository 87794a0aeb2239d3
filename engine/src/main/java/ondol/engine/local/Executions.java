package ondol.engine.local;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The executions in one container that have not been forgotten. Of those that were made and never started, the newest
 * {@value #MOST_UNSTARTED} are kept, and none when the container ends: nobody can start them any more.
 */
final class Executions {
    private static final int MOST_UNSTARTED = 1000;

    private final Map<String, Execution> all = new ConcurrentHashMap<>();
    private final Set<Execution> unstarted = new LinkedHashSet<>(); // the oldest first; guarded by itself

    /** The ids of those that have not ended; one that has can still be asked about, by who knows its id. */
    List<String> ids() {
        return all.values().stream()
                .filter(execution -> !execution.ended.isDone())
                .map(execution -> execution.id)
                .toList();
    }

    /** One that is started at once. */
    void add(Execution execution) {
        all.put(execution.id, execution);
    }

    /** One that somebody may start. What is returned is to be forgotten in its place. */
    @Nullable
    Execution addUnstarted(Execution execution) {
        add(execution);
        synchronized (unstarted) {
            unstarted.add(execution);
            return unstarted.size() > MOST_UNSTARTED ? unstarted.iterator().next() : null;
        }
    }

    /** It was started. */
    void started(Execution execution) {
        synchronized (unstarted) {
            unstarted.remove(execution);
        }
    }

    /** Those that nobody has started. */
    List<Execution> unstarted() {
        synchronized (unstarted) {
            return List.copyOf(unstarted);
        }
    }

    void remove(Execution execution) {
        all.remove(execution.id);
        started(execution);
    }
}
