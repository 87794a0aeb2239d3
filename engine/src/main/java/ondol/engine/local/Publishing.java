package ondol.engine.local;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import ondol.engine.ContainerDetails.Status;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.HostConfigBuilder;
import ondol.engine.PortBinding;
import ondol.engine.networks.BridgeHost;
import ondol.engine.networks.LiveNetwork;
import ondol.engine.networks.PortRequests;
import ondol.engine.networks.PortRequests.Wanted;
import ondol.engine.networks.PortTable;
import ondol.engine.networks.PublishedPort;
import ondol.network.Addresses;
import ondol.network.Firewall;
import ondol.network.LoopbackRelay;
import org.jspecify.annotations.Nullable;

/** The ports of the machine that lead to containers, from their start to their end. */
final class Publishing implements AutoCloseable {
    private final NetworkTable networks;
    private final BridgeHost host;
    private final PortTable table;

    Publishing(NetworkTable networks, Registry registry) {
        this.networks = networks;
        this.host = networks.host();
        this.table = new PortTable(id ->
                registry.find(id).map(container -> container.record().name()).orElse(id));
    }

    /** Where a container is reached: the network that published ports lead through. */
    private record Place(
            LiveNetwork network,
            @Nullable InetAddress ipv4,
            @Nullable InetAddress ipv6) {
        @Nullable
        InetAddress standard() {
            String address = network.options().hostAddress();
            return address == null || address.isEmpty() ? null : InetAddress.ofLiteral(address);
        }
    }

    /** Takes the ports that a container asks for and leads them to it; it is about to start, and its stage is the caller's. */
    void open(Container container, Undo undo) {
        List<Wanted> wanted =
                PortRequests.of(container.record().config(), container.record().host());
        if (wanted.isEmpty()) {
            return;
        }
        Optional<Place> place = place(container.record());
        if (place.isEmpty()) {
            return; // in no network, or in none that anybody reaches: Docker publishes nothing then
        }
        undo.add(() -> close(container));
        List<PublishedPort> taken = publish(container, wanted, place.get());
        container.save(r -> r.change().published(taken).build()); // a minder could not tell of them
    }

    private List<PublishedPort> publish(Container container, List<Wanted> wanted, Place place) {
        host.firewall().refusal().ifPresent(why -> {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "ports cannot be published: this kernel has no nf_tables (%s)".formatted(why.getMessage()),
                    why);
        });
        try {
            List<PublishedPort> taken = NetworkTable.translate(() ->
                    table.take(container.id(), wanted, place.ipv4() != null, place.ipv6() != null, place.standard()));
            NetworkTable.translate(() -> {
                host.publish(container.id(), rules(taken, place));
                return true;
            });
            lead(container, taken, place);
            return taken;
        } catch (EngineException e) {
            throw new EngineException(
                    e.kind() == EngineException.Kind.CONFLICT ? EngineException.Kind.FAILED : e.kind(),
                    "driver failed programming external connectivity on endpoint %s (%s): %s"
                            .formatted(container.record().name(), endpoint(container, place), e.getMessage()),
                    e);
        }
    }

    private static String endpoint(Container container, Place place) {
        EndpointSettings settings =
                container.record().endpoints().get(place.network().name());
        return settings == null || settings.endpointId() == null ? "" : settings.endpointId();
    }

    private static List<Firewall.Port> rules(Collection<PublishedPort> ports, Place place) {
        List<Firewall.Port> rules = new ArrayList<>();
        for (PublishedPort port : ports) {
            InetAddress outside = InetAddress.ofLiteral(port.hostIp());
            InetAddress inside = Addresses.ipv4(outside) ? place.ipv4() : place.ipv6();
            if (inside != null && !outside.equals(LoopbackRelay.ADDRESS)) {
                rules.add(new Firewall.Port(
                        outside,
                        PortRequests.protocol(port.protocol()),
                        port.hostPort(),
                        inside,
                        port.containerPort()));
            }
        }
        return rules;
    }

    private void lead(Container container, Collection<PublishedPort> ports, Place place) {
        InetAddress inside = place.ipv4() != null ? place.ipv4() : place.ipv6();
        if (inside != null) {
            table.lead(container.id(), ports, inside);
        }
    }

    /** The network of a container that has its default route, else the first that is open. */
    private Optional<Place> place(ContainerRecord record) {
        Optional<String> best = Endpoints.Gateways.of(record.endpoints()).best(EndpointSettings::gateway);
        if (best.isEmpty()) {
            best = Endpoints.Gateways.of(record.endpoints()).best(EndpointSettings::ipv6Gateway);
        }
        return best.flatMap(networks::find).filter(LiveNetwork::bridged).map(network -> {
            EndpointSettings place = Objects.requireNonNull(record.endpoints().get(network.name()));
            return new Place(network, address(place.ipAddress()), address(place.globalIpv6Address()));
        });
    }

    private static @Nullable InetAddress address(@Nullable String text) {
        return text == null || text.isEmpty() ? null : InetAddress.ofLiteral(text);
    }

    /** A container has ended, or did not start. */
    void close(Container container) {
        host.withdraw(container.id());
        table.release(container.id());
    }

    /** A container that an earlier engine started has its ports still. */
    void reopen(Container container) {
        List<PublishedPort> ports = container.record().published();
        place(container.record()).ifPresent(place -> {
            table.restore(container.id(), ports);
            host.publish(container.id(), rules(ports, place));
            lead(container, ports, place);
        });
    }

    /** Publishes one more port, at once where the container runs, and at every start. Its stage is the caller's. */
    void add(Container container, String port, PortBinding binding) {
        Wanted wanted = PortRequests.wanted(port, binding);
        String key = wanted.containerPort() + "/" + wanted.protocol();
        HostConfig before = container.record().host();
        Map<String, List<PortBinding>> bindings = bindings(before);
        bindings.computeIfAbsent(key, _ -> new ArrayList<>()).add(binding);
        List<PublishedPort> published = new ArrayList<>(container.record().published());
        if (container.running()) {
            Place place = place(container.record())
                    .orElseThrow(() -> EngineException.conflict(
                            "container %s is in no network that ports could be published through"
                                    .formatted(container.record().name())));
            published.addAll(publish(container, List.of(wanted), place));
        }
        save(container, before, bindings, published);
    }

    /** Withdraws one port's bindings that fit. Its stage is the caller's. */
    void remove(Container container, String port, PortBinding binding) {
        Wanted wanted = PortRequests.wanted(port, binding);
        String key = wanted.containerPort() + "/" + wanted.protocol();
        List<PublishedPort> gone = container.record().published().stream()
                .filter(one -> one.key().equals(key)
                        && (wanted.first() == 0 || one.hostPort() >= wanted.first() && one.hostPort() <= wanted.last())
                        && (wanted.address() == null
                                || InetAddress.ofLiteral(one.hostIp()).equals(wanted.address())))
                .toList();
        HostConfig before = container.record().host();
        Map<String, List<PortBinding>> bindings = bindings(before);
        boolean asked = bindings.getOrDefault(key, new ArrayList<>())
                .removeIf(one -> wanted.first() == 0
                        || String.valueOf(binding.hostPort()).equals(one.hostPort())
                        || one.hostPort() == null
                        || one.hostPort().isEmpty());
        if (gone.isEmpty() && !asked) {
            throw EngineException.notFound("container %s does not publish %s%s"
                    .formatted(
                            container.record().name(),
                            key,
                            wanted.first() == 0 ? "" : " on port " + binding.hostPort()));
        }
        if (bindings.getOrDefault(key, List.of()).isEmpty()) {
            bindings.remove(key);
        }
        place(container.record())
                .ifPresent(place -> NetworkTable.translate(() -> {
                    host.withdraw(container.id(), rules(gone, place));
                    return true;
                }));
        table.release(container.id(), gone);
        List<PublishedPort> left = new ArrayList<>(container.record().published());
        left.removeAll(gone);
        save(container, before, bindings, left);
    }

    private static Map<String, List<PortBinding>> bindings(HostConfig host) {
        Map<String, List<PortBinding>> copy = new LinkedHashMap<>();
        Map<String, List<PortBinding>> asked = host.portBindings();
        if (asked != null) {
            asked.forEach((port, list) -> copy.put(port, new ArrayList<>(list)));
        }
        return copy;
    }

    private static void save(
            Container container,
            HostConfig before,
            Map<String, List<PortBinding>> bindings,
            List<PublishedPort> published) {
        HostConfig host =
                HostConfigBuilder.builder(before).portBindings(bindings).build();
        container.save(r -> r.change().host(host).published(published).build());
    }

    /** What inspect shows: of a container that runs what is published, of each exposed port at least its name. */
    static Map<String, List<PortBinding>> shown(ContainerRecord record) {
        Map<String, List<PortBinding>> ports = new LinkedHashMap<>();
        if (record.status() != Status.RUNNING && record.status() != Status.PAUSED) {
            return ports;
        }
        PortRequests.exposed(record.config()).forEach(port -> ports.put(port, new ArrayList<>()));
        for (PublishedPort port : record.published()) {
            ports.computeIfAbsent(port.key(), _ -> new ArrayList<>())
                    .add(new PortBinding(port.hostIp(), String.valueOf(port.hostPort())));
        }
        return ports;
    }

    @Override
    public void close() {
        table.close();
    }
}
