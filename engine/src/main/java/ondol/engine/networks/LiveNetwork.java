package ondol.engine.networks;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import ondol.engine.EndpointAddresses;
import ondol.engine.EndpointSettings;
import ondol.engine.EndpointSettingsBuilder;
import ondol.engine.EngineException;
import ondol.engine.IpamPool;
import ondol.engine.Network;
import ondol.linux.netlink.NewLink;
import ondol.linux.netlink.Prefix;
import ondol.network.AddressPool;
import ondol.network.Addresses;
import ondol.network.Bridges;
import ondol.network.Plug;
import ondol.network.Subnet;
import org.jspecify.annotations.Nullable;

/**
 * A network as this engine knows it: its record, the addresses that it has given out, and which running containers are
 * in it.
 */
public final class LiveNetwork {
    private static final String LINK_NAME = "com.docker.network.endpoint.ifname";
    private static final int LINK_LOCAL_IPV4 = 16;
    private static final int LINK_LOCAL_IPV6 = 64;

    /** With three times as much as the kernel's own, a copy between containers takes half as long. */
    public static final int BIG_TCP = 192 << 10;

    private final boolean bigTcp;
    private volatile Network network;
    private volatile NetworkOptions options;
    private final List<AddressPool> pools = new ArrayList<>();
    private final String bridge;
    private final Map<String, String> users = new HashMap<>(); // container to endpoint; guarded by this
    private int index; // of the bridge, 0 where it is not there; guarded by this
    private long idleSince = System.nanoTime(); // guarded by this
    private boolean removed; // guarded by this

    /**
     * @param bridge the name of its bridge where no option names it
     * @param bigTcp whether TCP hands over more than 64 KiB in one piece where no option says
     */
    public LiveNetwork(Network network, String bridge, boolean bigTcp) {
        this.network = network;
        this.bigTcp = bigTcp;
        this.options = new NetworkOptions(network.options());
        this.bridge = Objects.requireNonNullElse(options.bridgeName(), bridge);
        for (IpamPool pool : network.configOnly() ? List.<IpamPool>of() : network.pools()) {
            pools.add(Subnets.pool(pool));
        }
    }

    public Network network() {
        return network;
    }

    public String id() {
        return network.id();
    }

    public String name() {
        return network.name();
    }

    public NetworkOptions options() {
        return options;
    }

    /** Whether it is a bridge network, which has a bridge on the machine while it is used. */
    public boolean bridged() {
        return network.driver().equals("bridge") && !network.configOnly();
    }

    /** Whether containers get a link of their own in it. */
    public boolean wired() {
        return !pools.isEmpty();
    }

    /** Whether names are answered in it: in every network that a user made. */
    public boolean named() {
        return !network.predefined();
    }

    /** Bytes; 0 for the kernel's own. */
    public int mtu() {
        return options.mtu();
    }

    /** How much TCP hands over in one piece, in bytes; 0 for the kernel's own. */
    public int gso() {
        return options.bigTcp(bigTcp || network.internal()) ? BIG_TCP : 0;
    }

    /** Names of a container's links in it begin so. */
    public String prefix() {
        return options.prefix();
    }

    public String bridge() {
        return bridge;
    }

    public List<AddressPool> pools() {
        return pools;
    }

    /**
     * A place in the network, with addresses that nobody else has.
     *
     * @param asked what the user asked for; its endpoint ID is kept, where it has one
     * @param endpointId for the place, where it has none
     * @param gives whether an endpoint gives an address up that nobody asked for by name
     * @throws EngineException where an address cannot be had
     */
    public EndpointSettings join(EndpointSettings asked, String endpointId, Predicate<String> gives) {
        if (network.configOnly()) {
            throw new EngineException(
                    EngineException.Kind.DENIED,
                    "network %s is only a configuration: containers cannot be in it".formatted(name()));
        }
        EndpointSettingsBuilder place =
                EndpointSettingsBuilder.builder(asked).networkId(id()).endpointId(endpointId);
        EndpointAddresses wanted = asked.ipamConfig();
        String four = wanted == null ? null : wanted.ipv4Address();
        String six = wanted == null ? null : wanted.ipv6Address();
        if (pools.isEmpty()) {
            refuse(four, "IPv4");
            refuse(six, "IPv6");
            return place.build();
        }
        StaticRoutes.of(asked.driverOpts(), subnets()); // refuses what makes no sense, as does the next
        linkLocal(asked);
        linkName(asked);
        List<InetAddress> leased = new ArrayList<>();
        try {
            InetAddress ipv4 = lease(false, four, endpointId, gives, leased);
            InetAddress ipv6 = lease(true, six, endpointId, gives, leased);
            String mac = asked.macAddress();
            place.macAddress(
                    mac == null || mac.isEmpty()
                            ? Addresses.mac(Objects.requireNonNull(ipv4 == null ? ipv6 : ipv4))
                            : Addresses.checkMac(mac));
            if (ipv4 != null) {
                AddressPool pool = poolOf(ipv4);
                place.ipAddress(Addresses.text(ipv4))
                        .ipPrefixLen(pool.subnet().length())
                        .gateway(gateway(pool));
            }
            if (ipv6 != null) {
                AddressPool pool = poolOf(ipv6);
                place.globalIpv6Address(Addresses.text(ipv6))
                        .globalIpv6PrefixLen(pool.subnet().length())
                        .ipv6Gateway(gateway(pool));
            }
            return place.build();
        } catch (RuntimeException e) {
            leased.forEach(address -> poolOf(address).release(address, endpointId));
            throw e;
        }
    }

    private List<Subnet> subnets() {
        return pools.stream().map(AddressPool::subnet).toList();
    }

    /** Routes of a container in it, beside the default ones: the network's, and its own. */
    public List<Plug.Route> routes(EndpointSettings place) {
        List<Plug.Route> routes = new ArrayList<>(StaticRoutes.of(network.options(), subnets()));
        routes.addAll(StaticRoutes.of(place.driverOpts(), subnets()));
        return routes;
    }

    /**
     * The link-local addresses that a container asked for, with the lengths of such networks.
     *
     * @throws EngineException where one is not link-local
     */
    public static List<Prefix> linkLocal(EndpointSettings place) {
        EndpointAddresses asked = place.ipamConfig();
        List<String> wanted = asked == null ? null : asked.linkLocalIps();
        List<Prefix> addresses = new ArrayList<>();
        for (String text : wanted == null ? List.<String>of() : wanted) {
            InetAddress address = Subnet.parseAddress("link-local address", text);
            if (!address.isLinkLocalAddress()) {
                throw EngineException.invalid(
                        "%s is no link-local address: those are in 169.254.0.0/16 and fe80::/10".formatted(text));
            }
            addresses.add(new Prefix(address, Addresses.ipv4(address) ? LINK_LOCAL_IPV4 : LINK_LOCAL_IPV6));
        }
        return addresses;
    }

    /**
     * What a container's link in it is called, where the user says so.
     *
     * @throws EngineException where the kernel would not take the name
     */
    public static Optional<String> linkName(EndpointSettings place) {
        Map<String, String> options = place.driverOpts();
        String name = options == null ? null : options.get(LINK_NAME);
        if (name == null || name.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(NewLink.end(name).name());
        } catch (IllegalArgumentException e) {
            throw new EngineException(EngineException.Kind.INVALID, LINK_NAME + ": " + e.getMessage(), e);
        }
    }

    private String gateway(AddressPool pool) {
        InetAddress gateway = pool.gateway();
        return gateway == null || network.internal() ? "" : Addresses.text(gateway);
    }

    private void refuse(@Nullable String address, String family) {
        if (address != null && !address.isEmpty()) {
            throw EngineException.invalid(
                    "network %s has no %s subnet for address %s".formatted(name(), family, address));
        }
    }

    private @Nullable InetAddress lease(
            boolean ipv6, @Nullable String wanted, String endpoint, Predicate<String> gives, List<InetAddress> leased) {
        List<AddressPool> family =
                pools.stream().filter(pool -> pool.subnet().ipv6() == ipv6).toList();
        InetAddress address = null;
        if (wanted != null && !wanted.isEmpty()) {
            address = Subnet.parseAddress(ipv6 ? "IPv6 address" : "IPv4 address", wanted);
            if (network.predefined()) {
                throw EngineException.invalid("user specified IP address is supported on user defined networks only");
            }
            if (Addresses.ipv4(address) == ipv6) {
                throw EngineException.invalid("%s is no IPv%d address".formatted(wanted, ipv6 ? 6 : 4));
            }
            poolOf(address).lease(address, endpoint);
        } else if (!family.isEmpty()) {
            address = firstFree(family, endpoint, gives);
        }
        if (address != null) {
            leased.add(address);
        }
        return address;
    }

    private static InetAddress firstFree(List<AddressPool> family, String endpoint, Predicate<String> gives) {
        for (int i = 0; ; i++) {
            try {
                return family.get(i).lease(endpoint, gives);
            } catch (ondol.network.NetworkException e) {
                if (i == family.size() - 1) {
                    throw e;
                }
            }
        }
    }

    private AddressPool poolOf(InetAddress address) {
        for (AddressPool pool : pools) {
            if (pool.subnet().contains(address)) {
                return pool;
            }
        }
        String subnets = String.join(
                ", ", pools.stream().map(pool -> pool.subnet().toString()).toList());
        throw EngineException.invalid("address %s is not in a subnet of network %s: %s"
                .formatted(Addresses.text(address), name(), subnets.isEmpty() ? "it has none" : subnets));
    }

    /** The addresses of a place in a network. */
    public static List<InetAddress> addresses(EndpointSettings place) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : new String[] {place.ipAddress(), place.globalIpv6Address()}) {
            if (text != null && !text.isEmpty()) {
                addresses.add(InetAddress.ofLiteral(text));
            }
        }
        return addresses;
    }

    /** Whether a place still has all of its addresses in this very network. */
    public boolean holds(EndpointSettings place) {
        String endpoint = place.endpointId();
        return id().equals(place.networkId())
                && endpoint != null
                && addresses(place).stream()
                        .allMatch(address -> pools.stream()
                                .anyMatch(pool -> pool.subnet().contains(address) && pool.has(address, endpoint)))
                && (pools.isEmpty() || !addresses(place).isEmpty());
    }

    /** Notes the addresses of a place that a record tells of. */
    public void restore(EndpointSettings place) {
        String endpoint = place.endpointId();
        if (endpoint == null || !id().equals(place.networkId())) {
            return;
        }
        EndpointAddresses asked = place.ipamConfig();
        for (InetAddress address : addresses(place)) {
            String wanted = asked == null ? null : Addresses.ipv4(address) ? asked.ipv4Address() : asked.ipv6Address();
            pools.stream()
                    .filter(pool -> pool.subnet().contains(address))
                    .forEach(pool -> pool.restore(address, endpoint, wanted != null && !wanted.isEmpty()));
        }
    }

    /** Takes back the addresses of a place. */
    public void release(EndpointSettings place) {
        String endpoint = place.endpointId();
        if (endpoint == null) {
            return;
        }
        for (InetAddress address : addresses(place)) {
            pools.stream()
                    .filter(pool -> pool.subnet().contains(address))
                    .forEach(pool -> pool.release(address, endpoint));
        }
    }

    /** The bridge as the machine has to have it. */
    Bridges.Settings settings() {
        List<Prefix> gateways = new ArrayList<>();
        String mac = null;
        for (AddressPool pool : pools) {
            InetAddress gateway = pool.gateway();
            if (gateway != null) {
                gateways.add(pool.subnet().prefix(gateway));
                mac = mac == null ? Addresses.mac(gateway) : mac;
            }
        }
        return new Bridges.Settings(bridge, mac, options.mtu(), gateways);
    }

    /**
     * A running container is in the network from now on; its bridge is there, and stays.
     *
     * @return the bridge's index; 0 where the network has none
     */
    public synchronized int enter(String container, String endpoint, BridgeHost host) {
        if (removed) {
            throw EngineException.notFound("network %s not found".formatted(name()));
        }
        if (bridged() && index == 0) {
            index = host.raise(this);
        }
        users.put(container, endpoint);
        return index;
    }

    /** Somebody will enter it, perhaps soon: its bridge is made now. Where nobody does, it goes again as one that is idle. */
    public synchronized void expect(BridgeHost host) {
        if (!removed && bridged() && index == 0) {
            index = host.raise(this);
            idleSince = System.nanoTime();
        }
    }

    /**
     * Its options are others from now on, of what it may reach and how fast.
     *
     * @throws EngineException where this cannot be held: then they are as they were
     */
    public synchronized void change(Network changed, BridgeHost host) {
        Network before = network;
        show(changed);
        if (index == 0) {
            return;
        }
        try {
            host.traffic().raised(this);
        } catch (RuntimeException e) {
            show(before);
            host.traffic().raised(this);
            throw e;
        }
    }

    private void show(Network shown) {
        network = shown;
        options = new NetworkOptions(shown.options());
    }

    /** A container is not in it any more, or has ended. */
    public synchronized void leave(String container) {
        if (users.remove(container) != null) {
            idleSince = System.nanoTime();
        }
    }

    /** The running containers in it: their endpoints. */
    public synchronized Map<String, String> users() {
        return Map.copyOf(users);
    }

    /** The bridge is not as it was: the next who enters sees to it. */
    public synchronized void doubt() {
        index = 0;
    }

    /** Removes the bridge where nobody has used it for so long; whether it was there and went. */
    public synchronized boolean removeIdle(BridgeHost host, long nanoseconds) {
        if (index == 0 || !users.isEmpty() || System.nanoTime() - idleSince < nanoseconds) {
            return false;
        }
        host.lower(this);
        index = 0;
        return true;
    }

    /**
     * Nobody enters it any more, unless somebody is in it. Its bridge stays until {@link #lower}.
     *
     * @return who is in it
     */
    public synchronized Set<String> retire() {
        removed = users.isEmpty();
        return Set.copyOf(users.keySet());
    }

    /** Removes the bridge of one that nobody enters any more. */
    public synchronized void lower(BridgeHost host) {
        if (bridged()) {
            host.lower(this);
            index = 0;
        }
    }

    /** Whether its bridge is on the machine now. */
    public synchronized boolean up() {
        return index != 0;
    }
}
