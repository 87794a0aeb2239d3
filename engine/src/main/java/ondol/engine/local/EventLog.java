package ondol.engine.local;

import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import ondol.engine.Events;

/** The last events, and who listens to the next. */
final class EventLog implements Events {
    private static final System.Logger LOG = System.getLogger(EventLog.class.getName());
    private static final int KEPT = 1024;

    private final Deque<Event> recent = new ArrayDeque<>(); // guarded by this
    private final CopyOnWriteArrayList<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();

    void publish(String type, String action, String id, Map<String, String> attributes) {
        Event event = new Event(Instant.now(), type, action, id, attributes);
        synchronized (this) {
            if (recent.size() == KEPT) {
                recent.removeFirst();
            }
            recent.addLast(event);
            for (Consumer<Event> listener : listeners) {
                try {
                    listener.accept(event);
                } catch (RuntimeException e) {
                    LOG.log(Level.WARNING, "a listener to events failed", e);
                }
            }
        }
    }

    @Override
    public void say(String type, String action, Map<String, String> attributes) {
        publish(type, action, "", attributes);
    }

    @Override
    public synchronized List<Event> recent() {
        return List.copyOf(recent);
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
