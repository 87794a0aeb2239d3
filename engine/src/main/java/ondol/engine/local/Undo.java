package ondol.engine.local;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What to take back when a later step fails: {@code try (Undo undo = new Undo()) { …; undo.add(…); …; undo.commit(); }}.
 * Taken back in the opposite order; what fails meanwhile does not stop the rest.
 */
final class Undo implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Undo.class.getName());

    private final Deque<Runnable> steps = new ArrayDeque<>();

    void add(Runnable step) {
        steps.push(step);
    }

    /** Everything went well: nothing is taken back. */
    void commit() {
        steps.clear();
    }

    @Override
    public void close() {
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "could not be taken back: {0}", e.getMessage());
            }
        }
    }
}
