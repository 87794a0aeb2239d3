package ondol.docker;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import ondol.docker.json.SystemJson;
import ondol.engine.Engine;
import ondol.engine.Events;
import ondol.engine.Events.Event;
import org.jspecify.annotations.Nullable;

/** What happens, as it happens. */
final class EventsApi {
    private static final Set<String> FILTERS = Set.of(
            "config",
            "container",
            "daemon",
            "event",
            "image",
            "label",
            "network",
            "node",
            "plugin",
            "scope",
            "secret",
            "service",
            "type",
            "volume");

    /** A client that is so many events behind is cut off. */
    private static final int MOST_BEHIND = 10_000;

    private final Events events;
    private final AtomicInteger listeners = new AtomicInteger();

    EventsApi(Engine engine) {
        this.events = engine.events();
    }

    void addTo(Router router) {
        router.get("/events", this::stream);
    }

    /** How many clients listen now. */
    int listeners() {
        return listeners.get();
    }

    /** The events of one client that wait to be sent. */
    private static final class Waiting {
        private final BlockingQueue<Event> queue = new LinkedBlockingQueue<>(MOST_BEHIND);
        private final AtomicBoolean over = new AtomicBoolean();

        void add(Event event) {
            if (!queue.offer(event)) {
                end();
            }
        }

        void end() {
            over.set(true);
            // Wakes the sender; what was in the queue is lost to a client that is gone or too far behind.
            queue.clear();
            queue.offer(WAKE);
        }
    }

    private static final Event WAKE = new Event(Instant.EPOCH, "", "", "", Map.of());

    private void stream(Call call) throws IOException, InterruptedException {
        Instant since = Times.parse(call.query("since"));
        Instant until = Times.parse(call.query("until"));
        Filters filters = call.filters().only(FILTERS);
        Waiting waiting = new Waiting();
        listeners.incrementAndGet();
        try (Events.Subscription subscription = events.subscribe(waiting::add)) {
            // After subscribing, so that nothing is missed; what comes both ways is sent once.
            List<Event> before = since == null ? List.of() : recent(since, until);
            Sink sink = call.stream(200, Call.JSON_TYPE);
            try (Vanishing watch = Vanishing.watch(call, waiting::end)) {
                for (Event event : before) {
                    send(event, filters, sink);
                }
                follow(waiting, new HashSet<>(before), until, filters, sink);
            }
            sink.close();
        } finally {
            listeners.decrementAndGet();
        }
    }

    private List<Event> recent(Instant since, @Nullable Instant until) {
        List<Event> chosen = new ArrayList<>();
        for (Event event : events.recent()) {
            if (!event.time().isBefore(since) && (until == null || !event.time().isAfter(until))) {
                chosen.add(event);
            }
        }
        return chosen;
    }

    private static void follow(Waiting waiting, Set<Event> sent, @Nullable Instant until, Filters filters, Sink sink)
            throws IOException, InterruptedException {
        while (!waiting.over.get()) {
            Event event;
            if (until == null) {
                event = waiting.queue.take();
            } else {
                long left = Duration.between(Instant.now(), until).toMillis();
                event = left <= 0 ? null : waiting.queue.poll(left, TimeUnit.MILLISECONDS);
            }
            if (event == null) {
                return;
            }
            if (event != WAKE && !sent.remove(event)) {
                send(event, filters, sink);
            }
        }
    }

    private static void send(Event event, Filters filters, Sink sink) throws IOException {
        if (fits(event, filters)) {
            sink.write(StreamsApi.line(json(event)));
        }
    }

    private static SystemJson.Event json(Event event) {
        boolean old = event.type().equals("container") || event.type().equals("image");
        return new SystemJson.Event(
                old ? event.action() : null,
                old ? event.id() : null,
                event.type().equals("container") ? event.attributes().get("image") : null,
                event.type(),
                event.action(),
                new SystemJson.Actor(event.id(), event.attributes()),
                "local",
                event.time().getEpochSecond(),
                event.time().getEpochSecond() * 1_000_000_000 + event.time().getNano());
    }

    static boolean fits(Event event, Filters filters) {
        int colon = event.action().indexOf(':');
        String action = colon < 0 ? event.action() : event.action().substring(0, colon);
        return filters.any("type", event.type()::equals)
                && filters.any("event", wanted -> wanted.equals(event.action()) || wanted.equals(action))
                && filters.any("scope", "local"::equals)
                && filters.labels(event.attributes())
                && subject(event, filters, "container")
                && subject(event, filters, "volume")
                && subject(event, filters, "network")
                && subject(event, filters, "daemon")
                && image(event, filters);
    }

    private static boolean subject(Event event, Filters filters, String type) {
        return !filters.has(type)
                || (event.type().equals(type)
                        && filters.any(
                                type,
                                wanted -> event.id().startsWith(wanted)
                                        || wanted.equals(event.attributes().get("name"))));
    }

    /** An image's own events, and those of the containers that were made from it. */
    private static boolean image(Event event, Filters filters) {
        String name = event.type().equals("image")
                ? event.attributes().get("name")
                : event.attributes().get("image");
        return filters.any(
                "image",
                wanted -> (event.type().equals("image") && event.id().equals(wanted))
                        || (name != null && (name.equals(wanted) || name.startsWith(wanted + ":"))));
    }
}
