package ondol.engine.local;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import ondol.engine.EndpointSettings;
import ondol.engine.EndpointSettingsBuilder;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.networks.Attachment;
import ondol.engine.networks.LiveNetwork;
import ondol.engine.spec.NamespaceChoice;
import ondol.linux.netlink.Prefix;
import ondol.network.Plug;
import ondol.network.Wiring;
import org.jspecify.annotations.Nullable;

/** The places of containers in networks: given at their making, used while they run, taken back with them. */
final class Endpoints {
    /** How the machine's ends of containers' links are called, before the endpoint's ID. */
    static final String LINKS = "ve";

    private static final int LINK_NAME = 15;
    private static final int SHORT_ID = 12;

    private final NetworkTable networks;
    private final Registry registry;

    Endpoints(NetworkTable networks, Registry registry) {
        this.networks = networks;
        this.registry = registry;
    }

    /**
     * Places for a container that is being made, by network name, the one of its network mode first.
     *
     * @param asked by network name or id
     */
    Map<String, EndpointSettings> join(HostConfig host, Map<String, EndpointSettings> asked, Undo undo) {
        Map<String, EndpointSettings> places = new LinkedHashMap<>();
        if (NamespaceChoice.container(host.networkMode()) != null) {
            if (!asked.isEmpty()) {
                throw EngineException.invalid(
                        "a container in another's network namespace cannot be in networks of its own");
            }
            return places;
        }
        Map<LiveNetwork, EndpointSettings> wanted = wanted(host, asked);
        boolean alone =
                wanted.keySet().stream().anyMatch(network -> network.pools().isEmpty());
        if (alone && wanted.size() > 1) {
            throw EngineException.invalid("a container with network mode %s cannot be in other networks"
                    .formatted(wanted.keySet().iterator().next().name()));
        }
        wanted.forEach((network, settings) -> {
            checkAliases(network, settings);
            EndpointSettings place = join(network, settings);
            undo.add(() -> network.release(place));
            places.put(network.name(), place);
        });
        return places;
    }

    /** A place in a network for a container that is there already. */
    EndpointSettings place(LiveNetwork network, EndpointSettings asked) {
        checkAliases(network, asked);
        return join(network, asked);
    }

    private EndpointSettings join(LiveNetwork network, EndpointSettings asked) {
        return Objects.requireNonNull(NetworkTable.translate(
                () -> network.join(asked, Folders.newId(), endpoint -> gives(network, endpoint))));
    }

    private static void checkAliases(LiveNetwork network, EndpointSettings settings) {
        if (network.network().predefined()
                && settings.aliases() != null
                && !settings.aliases().isEmpty()) {
            throw EngineException.invalid(
                    "network-scoped alias is supported only for containers in user defined networks");
        }
    }

    private Map<LiveNetwork, EndpointSettings> wanted(HostConfig host, Map<String, EndpointSettings> asked) {
        Map<LiveNetwork, EndpointSettings> wanted = new LinkedHashMap<>();
        String mode = host.networkMode();
        if (NamespaceChoice.chroot(host)) {
            wanted.put(networks.get("host"), nothing());
            return wanted;
        }
        wanted.put(networks.get(mode == null || mode.isEmpty() ? "default" : mode), nothing());
        asked.forEach((reference, settings) -> wanted.put(networks.get(reference), settings));
        return wanted;
    }

    private static EndpointSettings nothing() {
        return EndpointSettingsBuilder.builder().build();
    }

    /** Whether an endpoint's container can do without its address: it does not run, and gets another when it does. */
    private boolean gives(LiveNetwork network, String endpoint) {
        for (Container container : registry.all()) {
            EndpointSettings place = container.record().endpoints().get(network.name());
            if (place != null && endpoint.equals(place.endpointId())) {
                return !container.running() && !network.users().containsKey(container.id());
            }
        }
        return false;
    }

    /** Takes back all places of a container that is removed. */
    void release(ContainerRecord record) {
        record.endpoints().forEach((name, place) -> network(name, place).ifPresent(network -> network.release(place)));
    }

    private Optional<LiveNetwork> network(String name, EndpointSettings place) {
        String id = place.networkId();
        Optional<LiveNetwork> known = id == null ? Optional.empty() : networks.find(id);
        return known.isPresent() ? known : networks.find(name);
    }

    /** Notes the places of a container that an earlier engine made. */
    void restore(Container container) {
        container
                .record()
                .endpoints()
                .forEach((name, place) -> network(name, place).ifPresent(network -> network.restore(place)));
    }

    /**
     * Makes ready what a container is plugged into when it starts. Its stage is the caller's.
     *
     * @param undo takes the container out of its networks again
     */
    Attachment open(Container container, Undo undo) {
        Map<String, EndpointSettings> places = held(container);
        List<Attachment.Wire> wires = new ArrayList<>();
        Gateways gateways = Gateways.of(places);
        Map<String, Integer> numbers = new TreeMap<>();
        for (Map.Entry<String, EndpointSettings> entry : places.entrySet()) {
            LiveNetwork network = networks.get(entry.getKey());
            EndpointSettings place = entry.getValue();
            String endpoint = Objects.requireNonNull(place.endpointId());
            int bridge = NetworkTable.translate(() -> network.enter(container.id(), endpoint, networks.host()));
            undo.add(() -> network.leave(container.id()));
            if (network.wired()) {
                String prefix = network.prefix();
                String inside = LiveNetwork.linkName(place)
                        .orElseGet(() -> prefix + (numbers.merge(prefix, 1, Integer::sum) - 1));
                Plug plug = plug(network, place, inside, gateways);
                wires.add(new Attachment.Wire(plug, socket(network, bridge)));
            }
        }
        return new Attachment(wires, networks.wiring());
    }

    /** The places that a container has, with new addresses where it lost the old ones. */
    private Map<String, EndpointSettings> held(Container container) {
        Map<String, EndpointSettings> places = new LinkedHashMap<>();
        boolean changed = false;
        for (Map.Entry<String, EndpointSettings> entry :
                container.record().endpoints().entrySet()) {
            EndpointSettings place = entry.getValue();
            LiveNetwork network = network(entry.getKey(), place)
                    .orElseThrow(() -> EngineException.notFound("network %s not found".formatted(entry.getKey())));
            if (!network.holds(place)) {
                network.release(place);
                place = join(network, asked(place).build());
                changed = true;
            }
            places.put(network.name(), place);
        }
        if (changed) {
            container.save(r -> r.change().endpoints(places).build());
        }
        return places;
    }

    /** What was asked for, of a place that was given. */
    static EndpointSettingsBuilder asked(EndpointSettings place) {
        return EndpointSettingsBuilder.builder()
                .ipamConfig(place.ipamConfig())
                .links(place.links())
                .aliases(place.aliases())
                .driverOpts(place.driverOpts())
                .gwPriority(place.gwPriority());
    }

    static Plug plug(LiveNetwork network, EndpointSettings place, String inside, Gateways gateways) {
        List<Prefix> addresses = new ArrayList<>();
        prefix(place.ipAddress(), place.ipPrefixLen()).ifPresent(addresses::add);
        prefix(place.globalIpv6Address(), place.globalIpv6PrefixLen()).ifPresent(addresses::add);
        addresses.addAll(LiveNetwork.linkLocal(place));
        String endpoint = Objects.requireNonNull(place.endpointId());
        return new Plug(
                linkName(endpoint),
                inside,
                Objects.requireNonNull(place.macAddress()),
                network.mtu(),
                network.gso(),
                addresses,
                gateways.through(network.name()),
                network.routes(place));
    }

    /** Where a network's plugs go. */
    Wiring.Socket socket(LiveNetwork network, int bridge) {
        return network.bridged()
                ? new Wiring.Socket.Bridge(bridge, !network.options().icc())
                : NetworkTable.translate(() -> networks.parents().socket(network));
    }

    /** Addresses of the containers that a container is linked to, by the names that it has for them. */
    Map<String, List<InetAddress>> links(ContainerRecord record) {
        Map<String, List<InetAddress>> links = new LinkedHashMap<>();
        List<String> asked = record.host().links();
        for (String link : asked == null ? List.<String>of() : asked) {
            int colon = link.indexOf(':');
            String target = colon < 0 ? link : link.substring(0, colon);
            String alias = colon < 0 ? target : link.substring(colon + 1);
            Container other = registry.get(target);
            List<InetAddress> addresses = new ArrayList<>();
            other.record().endpoints().forEach((network, place) -> {
                if (record.endpoints().containsKey(network)) {
                    addresses.addAll(LiveNetwork.addresses(place));
                }
            });
            String other12 = other.id().substring(0, SHORT_ID);
            links.put(
                    alias + " " + other12
                            + (alias.equals(other.record().name())
                                    ? ""
                                    : " " + other.record().name()),
                    addresses);
        }
        return links;
    }

    /** What the files of a container tell of its networks. */
    ContainerFiles.Facts facts(ContainerRecord record) {
        return new ContainerFiles.Facts(record.endpoints(), links(record), gateway(record.endpoints()));
    }

    /**
     * The machine's own address in a container's networks: what {@code host-gateway} stands for. That of IPv4 where a network
     * has both: clients say its subnets in any order.
     */
    Optional<InetAddress> gateway(Map<String, EndpointSettings> places) {
        for (String name : places.keySet()) {
            Optional<InetAddress> gateway =
                    networks.find(name).filter(LiveNetwork::bridged).flatMap(Endpoints::gateway);
            if (gateway.isPresent()) {
                return gateway;
            }
        }
        return gateway(networks.get("bridge"));
    }

    private static Optional<InetAddress> gateway(LiveNetwork network) {
        return network.pools().stream()
                .sorted(Comparator.comparing(pool -> pool.subnet().ipv6()))
                .map(ondol.network.AddressPool::gateway)
                .filter(Objects::nonNull)
                .findFirst();
    }

    /** How the links of all containers are called, whether they run or not. */
    Set<String> links() {
        Set<String> links = new HashSet<>();
        for (Container container : registry.all()) {
            for (EndpointSettings place : container.record().endpoints().values()) {
                if (place.endpointId() != null) {
                    links.add(linkName(place.endpointId()));
                }
            }
        }
        return links;
    }

    /** The machine's end of a container's link. */
    static String linkName(String endpoint) {
        return (LINKS + endpoint).substring(0, LINK_NAME);
    }

    private static Optional<Prefix> prefix(@Nullable String address, @Nullable Integer length) {
        return address == null || address.isEmpty() || length == null
                ? Optional.empty()
                : Optional.of(new Prefix(InetAddress.ofLiteral(address), length));
    }

    /** A container has ended: it is in no network any more, until it starts again. */
    void close(Container container) {
        for (Map.Entry<String, EndpointSettings> entry :
                container.record().endpoints().entrySet()) {
            network(entry.getKey(), entry.getValue()).ifPresent(network -> network.leave(container.id()));
        }
    }

    /** A container that an earlier engine started is in its networks still. */
    void reopen(Container container) {
        for (Map.Entry<String, EndpointSettings> entry :
                container.record().endpoints().entrySet()) {
            EndpointSettings place = entry.getValue();
            String endpoint = place.endpointId();
            if (endpoint != null) {
                network(entry.getKey(), place)
                        .ifPresent(network ->
                                NetworkTable.translate(() -> network.enter(container.id(), endpoint, networks.host())));
            }
        }
    }

    /** Which networks have a container's default routes: that with the highest priority, else the first by name. */
    record Gateways(Map<String, EndpointSettings> places) {
        static Gateways of(Map<String, EndpointSettings> places) {
            return new Gateways(places);
        }

        Optional<String> best(java.util.function.Function<EndpointSettings, @Nullable String> gateway) {
            return places.entrySet().stream()
                    .filter(entry -> {
                        String text = gateway.apply(entry.getValue());
                        return text != null && !text.isEmpty();
                    })
                    .min(Comparator.comparingInt(
                                    (Map.Entry<String, EndpointSettings> entry) -> -priority(entry.getValue()))
                            .thenComparing(Map.Entry::getKey))
                    .map(Map.Entry::getKey);
        }

        private static int priority(EndpointSettings place) {
            return place.gwPriority() == null ? 0 : place.gwPriority();
        }

        /** The same where no network has default routes yet. */
        Gateways without() {
            return new Gateways(Map.of());
        }

        /** The next hops of the default routes. */
        List<InetAddress> chosen() {
            List<InetAddress> chosen = new ArrayList<>();
            places.keySet().forEach(network -> chosen.addAll(through(network)));
            return chosen;
        }

        List<InetAddress> through(String network) {
            EndpointSettings place = places.get(network);
            List<InetAddress> gateways = new ArrayList<>();
            if (place != null
                    && best(EndpointSettings::gateway).filter(network::equals).isPresent()) {
                gateways.add(InetAddress.ofLiteral(Objects.requireNonNull(place.gateway())));
            }
            if (place != null
                    && best(EndpointSettings::ipv6Gateway)
                            .filter(network::equals)
                            .isPresent()) {
                gateways.add(InetAddress.ofLiteral(Objects.requireNonNull(place.ipv6Gateway())));
            }
            return gateways;
        }
    }
}
