package ondol.engine.local;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import ondol.engine.EndpointSettings;
import ondol.engine.HostConfig;
import ondol.engine.networks.LiveNetwork;
import ondol.engine.networks.TrafficOptions;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.network.dns.DnsServer;
import ondol.network.dns.Endpoint;
import ondol.network.dns.NameTable;
import ondol.network.dns.Scope;
import ondol.network.dns.Upstreams;
import org.jspecify.annotations.Nullable;

/** The names of containers in the networks that users made, and who answers them. */
final class Naming implements AutoCloseable {
    private static final int SHORT_ID = 12;

    private final NetworkTable networks;
    private final Registry registry;
    private final NameTable names = new NameTable();
    private final Map<String, Scope> scopes = new ConcurrentHashMap<>();
    private @Nullable DnsServer server; // made when it is needed first; guarded by this

    Naming(NetworkTable networks, Registry registry) {
        this.networks = networks;
        this.registry = registry;
    }

    /** Whether a container is in a network in which names are answered. */
    boolean named(ContainerRecord record) {
        return named(record.endpoints(), record.host());
    }

    /** Also in the default network, where nobody has a name, if names decide whom a container may reach. */
    static boolean named(Map<String, EndpointSettings> places, HostConfig host) {
        return places.keySet().stream().anyMatch(network -> !ondol.engine.Network.PREDEFINED.contains(network))
                || (places.containsKey("bridge") && TrafficOptions.of(host).hasNames());
    }

    /** Answers a container from now on, where it is in such a network. Its namespace is that of this process. */
    void open(ContainerRecord record, int pid) {
        if (!named(record) || scopes.containsKey(record.id())) {
            return;
        }
        try (Descriptor namespace = Files.open("/proc/" + pid + "/ns/net", Files.O_RDONLY | Files.O_CLOEXEC)) {
            scopes.put(record.id(), server().attach(record.id(), namespace.number(), upstreams(record)));
        }
        refresh();
    }

    private synchronized DnsServer server() {
        DnsServer known = server;
        if (known == null) {
            known = DnsServer.open(names, networks.host().traffic().names());
            server = known;
        }
        return known;
    }

    /** Nobody outside is asked for a container that reaches nobody outside. */
    private Upstreams upstreams(ContainerRecord record) {
        boolean closed = record.endpoints().keySet().stream()
                .allMatch(name -> networks.find(name)
                        .map(network -> network.network().internal())
                        .orElse(true));
        if (closed) {
            return Upstreams.none();
        }
        List<String> own = record.host().dns();
        if (own == null || own.isEmpty()) {
            return Upstreams.ofHost();
        }
        return Upstreams.of(own.stream().map(InetAddress::ofLiteral).toList());
    }

    /** Answers the machine itself at this address from now on. */
    void answerHost(InetSocketAddress at) {
        server().answerHost(at);
        refresh();
    }

    /** A container has ended, or left its last such network. */
    void close(String container) {
        Scope scope = scopes.remove(container);
        if (scope != null) {
            scope.close();
            refresh();
        }
    }

    /** Its networks are others now. */
    void changed(ContainerRecord record) {
        if (!named(record)) {
            close(record.id());
            return;
        }
        Scope scope = scopes.get(record.id());
        if (scope != null) {
            scope.upstreams(upstreams(record));
        } else {
            open(record, record.pid());
        }
        refresh();
    }

    /** Tells the server what is true now: who runs, where, and under which names. */
    synchronized void refresh() {
        Map<String, Set<String>> running = new HashMap<>(); // containers by network
        for (LiveNetwork network : networks.all()) {
            if (network.named()) {
                running.put(network.name(), network.users().keySet());
            }
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (Container container : registry.all()) {
            ContainerRecord record = container.record();
            record.endpoints().forEach((network, place) -> {
                if (running.getOrDefault(network, Set.of()).contains(record.id())) {
                    endpoints.add(new Endpoint(
                            network, record.id(), names(record, place), LiveNetwork.addresses(place), links(place)));
                }
            });
        }
        names.set(endpoints);
    }

    /** What others in a network call a container. */
    static List<String> names(ContainerRecord record, EndpointSettings place) {
        Set<String> names = new LinkedHashSet<>();
        names.add(record.name());
        if (place.aliases() != null) {
            names.addAll(place.aliases());
        }
        names.add(record.id().substring(0, SHORT_ID));
        String hostname = record.config().hostname();
        if (hostname != null && !hostname.isEmpty()) {
            names.add(hostname);
        }
        return List.copyOf(names);
    }

    /** {@code container[:alias]} as names for this container alone. */
    private Map<String, String> links(EndpointSettings place) {
        Map<String, String> links = new HashMap<>();
        for (String link : place.links() == null ? List.<String>of() : place.links()) {
            int colon = link.indexOf(':');
            String target = colon < 0 ? link : link.substring(0, colon);
            String alias = colon < 0 ? target : link.substring(colon + 1);
            registry.find(target).ifPresent(other -> links.put(alias, other.id()));
        }
        return links;
    }

    @Override
    public synchronized void close() {
        DnsServer known = server;
        if (known != null) {
            known.close();
        }
    }
}
