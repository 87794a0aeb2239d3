package ondol.engine.local;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** The containers of a root by id and by name. A name belongs to one at a time; reserving it is the first thing. */
final class Registry {
    private final NavigableMap<String, Container> byId = new TreeMap<>(); // guarded by this
    private final Map<String, String> idOfName = new HashMap<>(); // guarded by this

    /** Takes a name for a container that is being made; without one, a free name is made up. */
    synchronized String reserve(@Nullable String wanted, String id) {
        if (wanted == null || wanted.isEmpty()) {
            String made = Names.invent();
            for (int i = 2; idOfName.containsKey(made); i++) {
                made = Names.invent() + (i > 20 ? String.valueOf(i) : "");
            }
            idOfName.put(made, id);
            return made;
        }
        String name = Names.check(wanted);
        String owner = idOfName.putIfAbsent(name, id);
        if (owner != null) {
            throw EngineException.conflict(
                    ("Conflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove (or"
                                    + " rename) that container to be able to reuse that name.")
                            .formatted(name, owner));
        }
        return name;
    }

    synchronized void release(String name, String id) {
        idOfName.remove(name, id);
    }

    synchronized void add(Container container) {
        byId.put(container.id(), container);
        idOfName.put(container.record().name(), container.id());
    }

    synchronized void remove(Container container) {
        byId.remove(container.id());
        idOfName.remove(container.record().name(), container.id());
    }

    synchronized Collection<Container> all() {
        return List.copyOf(byId.values());
    }

    /** By id, name, or an unambiguous beginning of the id. */
    synchronized Optional<Container> find(String reference) {
        String name = reference.startsWith("/") ? reference.substring(1) : reference;
        Container exact = byId.get(name);
        if (exact != null) {
            return Optional.of(exact);
        }
        String id = idOfName.get(name);
        if (id != null) {
            return Optional.ofNullable(byId.get(id));
        }
        if (name.isEmpty()) {
            return Optional.empty();
        }
        var candidates = byId.subMap(name, true, name + '\uffff', true).values();
        if (candidates.size() > 1) {
            throw EngineException.invalid("multiple IDs found with provided prefix: " + name);
        }
        return candidates.stream().findFirst();
    }

    Container get(String reference) {
        return find(reference).orElseThrow(() -> EngineException.notFound("No such container: " + reference));
    }
}
