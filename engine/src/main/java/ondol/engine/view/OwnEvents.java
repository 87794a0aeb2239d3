package ondol.engine.view;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import ondol.engine.Events;
import ondol.engine.Tenants;
import org.jspecify.annotations.Nullable;

/** What happens to what is one tenant's. */
final class OwnEvents implements Events {
    private final Events events;
    private final String tenant;
    private final OwnImages images;

    OwnEvents(Events events, String tenant, OwnImages images) {
        this.events = events;
        this.tenant = tenant;
        this.images = images;
    }

    /** The event with the names that the tenant's users know; nothing for others' and for what only ids say. */
    private Optional<Event> own(Event event) {
        Map<String, String> attributes = new HashMap<>(event.attributes());
        if (event.type().equals("image")) {
            String name = attributes.get("name");
            String shown = name == null || !images.isInternal(name) ? null : images.shown(name);
            if (shown == null) {
                return Optional.empty();
            }
            attributes.put("name", shown);
            String id = images.isInternal(event.id()) ? images.shown(event.id()) : event.id();
            return Optional.of(new Event(event.time(), event.type(), event.action(), id, attributes));
        }
        boolean ofTenant = event.type().equals("tenant") && event.id().equals(tenant);
        if (!ofTenant && !tenant.equals(attributes.get(Tenants.LABEL))) {
            return Optional.empty();
        }
        @Nullable String image = attributes.get("image");
        if (image != null) {
            attributes.put("image", Objects.requireNonNull(images.shown(image)));
        }
        return Optional.of(new Event(event.time(), event.type(), event.action(), event.id(), attributes));
    }

    @Override
    public List<Event> recent() {
        return events.recent().stream().flatMap(event -> own(event).stream()).toList();
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        return events.subscribe(event -> own(event).ifPresent(listener));
    }
}
