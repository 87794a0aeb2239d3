package ondol.engine.local;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import ondol.engine.EngineException;
import ondol.engine.EngineOptions;
import ondol.engine.Ipam;
import ondol.engine.IpamPool;
import ondol.engine.Network;
import ondol.engine.NetworkConfig;
import ondol.engine.networks.BridgeHost;
import ondol.engine.networks.LiveNetwork;
import ondol.engine.networks.NetworkMaker;
import ondol.engine.networks.Parents;
import ondol.engine.networks.TrafficHost;
import ondol.linux.KernelException;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.NetlinkSocket;
import ondol.network.Bridges;
import ondol.network.DockerUser;
import ondol.network.Firewall;
import ondol.network.Flows;
import ondol.network.NetworkException;
import ondol.network.Subnet;
import ondol.network.SubnetChoice;
import ondol.network.Wiring;

/** The networks of a root: their records, and what the machine has of them. */
final class NetworkTable implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(NetworkTable.class.getName());
    private static final String RECORD = "network.json";

    /** The record of one that is no more, as long as the machine has something of it. */
    private static final String REMOVED = "removed.json";

    private static final long IDLE = 3_000_000_000L;
    private static final int NAME = 12;

    private final Path folder;
    private final Records<Network> records;
    private final EventLog events;
    private final NetworkMaker maker;
    private final SubnetChoice choice;
    private final String defaultBridge;
    private final NetlinkSocket socket;
    private final Bridges bridges;
    private final BridgeHost host;
    private final Parents parents;
    private final Wiring wiring;
    private final NetworkSettings settings;
    private final JsonType<Network> type;
    private final NavigableMap<String, LiveNetwork> byId = new TreeMap<>(); // guarded by this
    private CompletableFuture<Void> ends = CompletableFuture.completedFuture(null); // of networks; guarded by this

    NetworkTable(Folders folders, Jsonb json, EventLog events) {
        this.folder = folders.networks();
        this.records = new Records<>(json, Network.class, RECORD);
        this.type = json.type(Network.class);
        this.events = events;
        boolean machines = folders.data().equals(EngineOptions.DEFAULT_DATA_ROOT);
        this.defaultBridge = machines ? "ondol0" : "on" + folders.id().substring(0, 8) + "0";
        this.choice = new SubnetChoice(folders.id(), machines);
        this.maker = new NetworkMaker(choice);
        this.socket = NetlinkSocket.open();
        this.bridges = new Bridges(socket);
        this.wiring = new Wiring(socket);
        this.parents = new Parents(socket);
        String table = machines ? "ondol" : "ondol-" + folders.id().substring(0, 8);
        this.settings = NetworkSettings.read(json, folders.data());
        Firewall firewall = Firewall.open(table);
        DockerUser docker = firewall.refusal().isPresent() ? null : DockerUser.open(table);
        if (docker != null && !settings.dockerUser()) {
            docker.update(List.of()); // as an earlier engine may have had it
            docker.close();
            docker = null;
        }
        this.host = new BridgeHost(
                bridges,
                firewall,
                TrafficHost.open(socket, table, folders.id().substring(0, 4), settings.hostRules()),
                Flows.open(socket),
                docker);
        if (settings.bigTcp()) {
            bridges.loopbackInLargePieces(LiveNetwork.BIG_TCP);
        }
        clear();
        for (Network network : records.loadAll(folder)) {
            add(network);
        }
        for (String name : Network.PREDEFINED) {
            if (byId.values().stream().noneMatch(network -> network.name().equals(name))) {
                add(save(predefined(name)));
            }
        }
    }

    /** What has no record was being made, or removed, when an engine was killed. */
    private void clear() {
        try (var folders = Files.list(folder)) {
            for (Path one : folders.toList()) {
                if (Files.exists(one.resolve(REMOVED))) {
                    host.clear(live(type.fromJson(Files.readString(one.resolve(REMOVED)))));
                }
                if (!Files.exists(one.resolve(RECORD))) {
                    Removing.deleteQuietly(one);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "cannot clear up networks: {0}", e.getMessage());
        }
    }

    private Network predefined(String name) {
        boolean bridge = name.equals("bridge");
        Ipam ipam = new Ipam("default", null, bridge ? List.of(defaultPool(Set.of())) : List.of());
        return new Network(
                name,
                Folders.newId(),
                Instant.now(),
                name.equals("none") ? "null" : name,
                true,
                false,
                ipam,
                false,
                false,
                false,
                "",
                bridge
                        ? Map.of(
                                "com.docker.network.bridge.default_bridge", "true",
                                "com.docker.network.bridge.enable_icc", "true",
                                "com.docker.network.bridge.enable_ip_masquerade", "true",
                                "com.docker.network.bridge.host_binding_ipv4", "0.0.0.0",
                                "com.docker.network.bridge.name", defaultBridge,
                                "com.docker.network.driver.mtu", "1500")
                        : Map.of(),
                Map.of());
    }

    private IpamPool defaultPool(Set<String> own) {
        List<Subnet> taken = new ArrayList<>(bridges.inUse(own));
        for (LiveNetwork other : byId.values()) {
            other.pools().forEach(pool -> taken.add(pool.subnet()));
        }
        Subnet subnet = translate(() -> choice.ipv4(taken));
        return new IpamPool(subnet.toString(), null, subnet.at(1).getHostAddress(), null);
    }

    private Network save(Network network) {
        Path own = folder.resolve(network.id());
        try {
            Files.createDirectories(own);
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED,
                    "cannot make network %s: %s".formatted(network.name(), e.getMessage()),
                    e);
        }
        records.save(own, network);
        return network;
    }

    private LiveNetwork add(Network network) {
        LiveNetwork live = translate(() -> live(network));
        byId.put(network.id(), live);
        return live;
    }

    private LiveNetwork live(Network network) {
        return new LiveNetwork(
                network,
                network.name().equals("bridge")
                        ? defaultBridge
                        : "br-" + network.id().substring(0, NAME),
                settings.bigTcp());
    }

    /** Where networks without a bridge of their own stand. */
    Parents parents() {
        return parents;
    }

    BridgeHost host() {
        return host;
    }

    NetworkSettings settings() {
        return settings;
    }

    /** In the machine's own namespace. */
    NetlinkSocket socket() {
        return socket;
    }

    Wiring wiring() {
        return wiring;
    }

    synchronized LiveNetwork create(NetworkConfig config) {
        ends.join(); // it may have the subnet, or the bridge's name, of one that has just been removed
        Collection<Network> others =
                byId.values().stream().map(LiveNetwork::network).toList();
        String name = config.name();
        if (others.stream().anyMatch(other -> other.name().equals(name) && !other.predefined())) {
            throw EngineException.conflict("network with name %s already exists".formatted(name));
        }
        Network made =
                translate(() -> maker.make(Folders.newId(), config, others, bridges.inUse(bridgeNames(byId.values()))));
        if (made.enableIPv6() && !made.configOnly() && !Files.isDirectory(Path.of("/proc/sys/net/ipv6"))) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "this machine's kernel has no IPv6: create network %s without it".formatted(made.name()));
        }
        LiveNetwork live = add(made);
        try {
            refuseBridgeName(live);
            save(made);
        } catch (RuntimeException e) {
            byId.remove(made.id());
            throw e;
        }
        publish(live, "create", Map.of());
        return live;
    }

    private void refuseBridgeName(LiveNetwork made) {
        for (LiveNetwork other : byId.values()) {
            if (other != made
                    && made.bridged()
                    && other.bridged()
                    && other.bridge().equals(made.bridge())) {
                throw EngineException.conflict(
                        "bridge name %s is already in use by network %s".formatted(made.bridge(), other.name()));
            }
        }
    }

    private static Set<String> bridgeNames(Collection<LiveNetwork> networks) {
        Set<String> names = new HashSet<>();
        for (LiveNetwork network : networks) {
            if (network.bridged()) {
                names.add(network.bridge());
            }
        }
        return names;
    }

    synchronized List<LiveNetwork> all() {
        return byId.values().stream()
                .sorted(Comparator.comparing(LiveNetwork::name))
                .toList();
    }

    /** By id, name, or an unambiguous beginning of the id. */
    synchronized Optional<LiveNetwork> find(String reference) {
        LiveNetwork exact = byId.get(reference);
        if (exact != null) {
            return Optional.of(exact);
        }
        String name = reference.equals("default") ? "bridge" : reference;
        for (LiveNetwork network : byId.values()) {
            if (network.name().equals(name)) {
                return Optional.of(network);
            }
        }
        if (reference.isEmpty()) {
            return Optional.empty();
        }
        var candidates =
                byId.subMap(reference, true, reference + '\uffff', true).values();
        if (candidates.size() > 1) {
            throw EngineException.invalid("network %s is ambiguous (%d matches found based on ID prefix)"
                    .formatted(reference, candidates.size()));
        }
        return candidates.stream().findFirst();
    }

    LiveNetwork get(String reference) {
        return find(reference).orElseThrow(() -> EngineException.notFound("network %s not found".formatted(reference)));
    }

    /** What a network as a whole may reach, and how fast, from now on: first on the machine, then in its record. */
    synchronized void update(LiveNetwork network, Map<String, String> changes) {
        Network changed = maker.change(network.network(), changes);
        NetworkTable.translate(() -> {
            network.change(changed, host);
            return true;
        });
        save(changed);
        publish(network, "update", Map.of());
    }

    /** Its record goes at once; its bridge and its rules a little later, since the kernel takes its time for that. */
    synchronized void remove(LiveNetwork network) {
        if (network.network().predefined()) {
            throw new EngineException(
                    EngineException.Kind.DENIED,
                    "%s is a pre-defined network and cannot be removed".formatted(network.name()));
        }
        Set<String> users = network.retire();
        if (!users.isEmpty()) {
            throw new EngineException(
                    EngineException.Kind.DENIED,
                    "error while removing network: network %s has active endpoints (containers: %s)"
                            .formatted(network.name(), String.join(", ", users)));
        }
        Path own = folder.resolve(network.id());
        records.drop(own);
        try {
            Files.move(own.resolve(RECORD), own.resolve(REMOVED));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED,
                    "cannot remove network %s: %s".formatted(network.name(), e.getMessage()),
                    e);
        }
        byId.remove(network.id());
        publish(network, "destroy", Map.of());
        ends = ends.thenRunAsync(
                () -> end(network, own),
                task -> Thread.ofVirtual().name("network-end").start(task));
    }

    private void end(LiveNetwork network, Path own) {
        try {
            network.lower(host);
            Removing.deleteQuietly(own);
        } catch (RuntimeException e) { // the next engine looks again; who makes a network meanwhile must not fail of it
            LOG.log(Level.WARNING, "bridge {0} is left: {1}", network.bridge(), e.getMessage());
        }
    }

    /** Somebody has a place in these networks, and will probably use it at once: what that takes is begun beside. */
    void expect(Collection<String> references, Consumer<Runnable> beside) {
        for (String reference : references) {
            find(reference).filter(LiveNetwork::bridged).ifPresent(network -> beside.accept(() -> expect(network)));
        }
    }

    private void expect(LiveNetwork network) {
        try {
            network.expect(host);
        } catch (KernelException | NetworkException e) {
            LOG.log(Level.DEBUG, "a bridge could not be made beforehand", e); // whoever uses it is told
        }
    }

    void publish(LiveNetwork network, String action, Map<String, String> more) {
        Map<String, String> attributes = new TreeMap<>(more);
        attributes.put("name", network.name());
        attributes.put("type", network.network().driver());
        events.publish("network", action, network.id(), attributes);
    }

    /**
     * Compares the machine to the records, once the containers that run have entered their networks: bridges that nobody
     * uses go. A default network in which nobody has an address moves out of the way of what the machine reaches now.
     */
    synchronized void reconcile(Set<String> links) {
        for (LiveNetwork network : all()) {
            if (network.bridged() && network.users().isEmpty()) {
                host.clear(network);
            } else if (network.bridged()) {
                unplugStrangers(network, links);
            }
        }
        translate(() -> {
            host.settle();
            return true;
        });
        LiveNetwork standard = get("bridge");
        if (standard.pools().stream().allMatch(pool -> pool.size() == 0)) {
            List<Subnet> reachable = bridges.inUse(Set.of());
            if (standard.pools().stream().anyMatch(pool -> reachable.stream().anyMatch(pool.subnet()::overlaps))) {
                byId.remove(standard.id());
                Ipam ipam = new Ipam("default", null, List.of(defaultPool(Set.of())));
                add(save(ondol.engine.NetworkBuilder.builder(standard.network())
                        .ipam(ipam)
                        .build()));
            }
        }
    }

    /** A container was being disconnected when an engine was killed: its record says so, its link was not taken yet. */
    private void unplugStrangers(LiveNetwork network, Set<String> known) {
        for (Link port : bridges.ports(network.bridge())) {
            if (port.kind().equals("veth") && port.name().startsWith(Endpoints.LINKS) && !known.contains(port.name())) {
                bridges.unlink(port.index());
            }
        }
    }

    /** Removes the bridges that nobody has used for a while. Called from time to time. */
    void prune() {
        for (LiveNetwork network : all()) {
            try {
                network.removeIdle(host, IDLE);
            } catch (KernelException e) {
                LOG.log(Level.WARNING, "bridge {0} is left: {1}", network.bridge(), e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        ends().join();
        for (LiveNetwork network : all()) {
            try {
                network.removeIdle(host, 0);
            } catch (KernelException e) {
                LOG.log(Level.WARNING, "bridge {0} is left: {1}", network.bridge(), e.getMessage());
            }
        }
        records.close();
        host.close();
        socket.close();
    }

    private synchronized CompletableFuture<Void> ends() {
        return ends;
    }

    /** What a network cannot do, as users see it. */
    static <T> T translate(Supplier<T> action) {
        try {
            return action.get();
        } catch (NetworkException e) {
            EngineException.Kind kind = switch (e.reason()) {
                case INVALID -> EngineException.Kind.INVALID;
                case TAKEN -> EngineException.Kind.CONFLICT;
                case FULL -> EngineException.Kind.FAILED;
                case UNSUPPORTED -> EngineException.Kind.UNSUPPORTED;
            };
            throw new EngineException(kind, e.getMessage(), e);
        } catch (KernelException e) {
            throw new EngineException(EngineException.Kind.FAILED, e.getMessage(), e);
        }
    }
}
