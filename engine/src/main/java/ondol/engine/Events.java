package ondol.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What happens in an engine. */
public interface Events {
    /**
     * Something that happened: to a {@code type} ({@code container}, {@code image}, {@code volume}, {@code network},
     * {@code daemon}) something was done ({@code action}, with Docker's words).
     */
    record Event(Instant time, String type, String action, String id, Map<String, String> attributes) {}

    /**
     * Says that several things were done at once, such as {@code prune}; each of them has said so for itself.
     *
     * @param attributes such as {@code reclaimed}, in bytes
     */
    void say(String type, String action, Map<String, String> attributes);

    /** The last events that are kept, the oldest first. */
    List<Event> recent();

    /** Calls the listener for every event from now on, until the returned handle is closed. It must not block. */
    Subscription subscribe(Consumer<Event> listener);

    /** Ends a subscription. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
