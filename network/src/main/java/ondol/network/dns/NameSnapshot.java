package ondol.network.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@link NameTable} holds at one moment. Nothing here changes once it is made. */
final class NameSnapshot {
    /** By container: its own endpoints, in its order. */
    private final Map<String, List<Endpoint>> containers = new HashMap<>();

    private final Map<String, Zone> networks = new LinkedHashMap<>();

    /** What one network knows. */
    private static final class Zone {
        private final Map<String, List<InetAddress>> names = new HashMap<>();
        private final Map<String, List<InetAddress>> containers = new HashMap<>();
        private final Map<InetAddress, String> addresses = new HashMap<>();

        void add(Endpoint endpoint) {
            containers.put(endpoint.container(), endpoint.addresses());
            for (String name : endpoint.names().stream().distinct().toList()) {
                names.computeIfAbsent(name, any -> new ArrayList<>()).addAll(endpoint.addresses());
            }
            if (!endpoint.names().isEmpty()) {
                String full = endpoint.names().getFirst() + "." + endpoint.network();
                endpoint.addresses().forEach(address -> addresses.put(address, full));
            }
        }
    }

    private NameSnapshot() {}

    static NameSnapshot of(Collection<Endpoint> endpoints) {
        NameSnapshot made = new NameSnapshot();
        for (Endpoint endpoint : endpoints) {
            made.containers
                    .computeIfAbsent(endpoint.container(), any -> new ArrayList<>(2))
                    .add(endpoint);
            made.networks.computeIfAbsent(endpoint.network(), any -> new Zone()).add(endpoint);
        }
        return made;
    }

    Optional<List<InetAddress>> addresses(String container, String name) {
        List<Endpoint> own = containers.getOrDefault(container, List.of());
        for (Endpoint endpoint : own) {
            List<InetAddress> found = in(endpoint, name);
            if (found != null) {
                return Optional.of(found);
            }
        }
        for (Endpoint endpoint : own) {
            String network = "." + endpoint.network().toLowerCase(Locale.ROOT);
            if (name.endsWith(network)) {
                List<InetAddress> found = in(endpoint, name.substring(0, name.length() - network.length()));
                if (found != null) {
                    return Optional.of(found);
                }
            }
        }
        return Optional.empty();
    }

    private @Nullable List<InetAddress> in(Endpoint asking, String name) {
        Zone zone = networks.get(asking.network());
        if (zone == null) {
            return null;
        }
        String linked = asking.links().get(name);
        List<InetAddress> found = linked == null ? null : zone.containers.get(linked);
        return found != null ? found : zone.names.get(name);
    }

    Optional<String> name(String container, InetAddress address) {
        for (Endpoint endpoint : containers.getOrDefault(container, List.of())) {
            Zone zone = networks.get(endpoint.network());
            String found = zone == null ? null : zone.addresses.get(address);
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    Optional<List<InetAddress>> onHost(String name) {
        for (Map.Entry<String, Zone> network : networks.entrySet()) {
            List<InetAddress> found = network.getValue().names.get(name);
            if (found == null && name.endsWith("." + network.getKey().toLowerCase(Locale.ROOT))) {
                found = network.getValue()
                        .names
                        .get(name.substring(0, name.length() - network.getKey().length() - 1));
            }
            if (found != null) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }
}
