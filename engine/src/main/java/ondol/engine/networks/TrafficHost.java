package ondol.engine.networks;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import ondol.engine.EngineException;
import ondol.linux.KernelException;
import ondol.linux.netlink.NetlinkSocket;
import ondol.network.Firewall;
import ondol.network.dns.ForwardRules;
import ondol.network.egress.EgressPolicy;
import ondol.network.egress.EgressWalls;
import ondol.network.hostrules.HostRules;
import ondol.network.rate.NetRate;
import ondol.network.rate.Rates;
import ondol.network.rate.SharedRates;
import org.jspecify.annotations.Nullable;

/**
 * What the machine does about the traffic of containers, beside letting it through: walls, speed limits, and its own rules in
 * front of published ports. Until all is known ({@link #settle}) nothing is taken away that an earlier engine made.
 */
public final class TrafficHost implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(TrafficHost.class.getName());

    private final EgressWalls walls;
    private final Rates rates;
    private final SharedRates shared;
    private final @Nullable HostRules rules;
    private final Map<String, String> limited = new TreeMap<>(); // links by the ID of what they are of; guarded by this
    private final Map<String, Member> members = new TreeMap<>(); // by endpoint; guarded by this
    private boolean settled; // guarded by this

    /** A link that shares the rate of a tenant. */
    private record Member(String group, String link) {}

    /**
     * What a tenant's containers may receive together, and what they may send.
     *
     * @param group nine letters or digits of the tenant's own
     * @param bits a second, each way
     */
    public record Total(String group, long bits) {}

    private TrafficHost(EgressWalls walls, Rates rates, SharedRates shared, @Nullable HostRules rules) {
        this.walls = walls;
        this.rates = rates;
        this.shared = shared;
        this.rules = rules;
    }

    /**
     * @param socket in the namespace of the links
     * @param table how the names of this engine's tables begin
     * @param engine four digits of the engine's own
     * @param guarded whether the machine's rules stand in front of published ports
     */
    public static TrafficHost open(NetlinkSocket socket, String table, String engine, boolean guarded) {
        EgressWalls walls = EgressWalls.open(table);
        HostRules rules = guarded && walls.possible() ? HostRules.open(table) : null;
        return new TrafficHost(walls, new Rates(socket, engine), new SharedRates(socket, engine), rules);
    }

    /** What names containers may ask for, and who hears the answers. */
    public ForwardRules names() {
        return walls;
    }

    /** A network's bridge is there, or its options are others now. */
    synchronized void raised(LiveNetwork network) {
        TrafficOptions options = network.options().traffic();
        walls.network(network.bridge(), possible(options).orElse(null));
        if (options.rate().none() && !limited.containsKey(network.id()) && !rates.hasDevice(network.id())) {
            return;
        }
        translate(network.bridge(), () -> {
            limited.put(network.id(), network.bridge()); // also without a limit: links may lead through its device
            rates.network(network.bridge(), network.id(), options.rate());
        });
    }

    /** A network's bridge is there no more. */
    synchronized void lowered(LiveNetwork network) {
        walls.network(network.bridge(), null);
        if (limited.remove(network.id()) != null) {
            rates.forget(network.id()); // the rest goes with the bridge
        }
    }

    private java.util.Optional<EgressPolicy> possible(TrafficOptions options) {
        if (options.egress().isPresent() && !walls.possible()) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "egress rules cannot be kept: this kernel has no nf_tables, without which nothing limits what is reached");
        }
        return options.egress();
    }

    /**
     * The wall around a container, from now on.
     *
     * @param addresses all that it has
     * @param bridges those of its networks
     */
    public void wall(String container, TrafficOptions options, List<InetAddress> addresses, Set<String> bridges) {
        walls.container(container, possible(options).orElse(null), addresses, bridges);
    }

    /** A container has ended. */
    public void unwall(String container) {
        walls.remove(container);
    }

    /**
     * Holds a container's link to a rate from now on. What it sends counts to what its network may send, unless it shares
     * its tenant's.
     *
     * @param endpoint its ID
     * @param mac the container's hardware address
     * @param total its tenant's; null for none
     */
    public synchronized void limit(
            String link, String endpoint, String mac, NetRate rate, LiveNetwork network, @Nullable Total total) {
        if (total != null) {
            share(link, endpoint, mac, rate, total);
            return;
        }
        unshare(endpoint);
        alone(link, endpoint, rate, network);
    }

    /** A container's own limit is one within its tenant's. */
    private void share(String link, String endpoint, String mac, NetRate own, Total total) {
        if (limited.containsKey(endpoint)) {
            limit(endpoint, link, NetRate.NONE, () -> rates.apply(link, endpoint, NetRate.NONE));
        }
        translate(link, () -> {
            rates.part(endpoint);
            shared.hold(total.group(), total.bits());
            shared.join(total.group(), link, mac, total.bits(), own);
        });
        members.put(endpoint, new Member(total.group(), link));
    }

    private void unshare(String endpoint) {
        Member member = members.remove(endpoint);
        if (member != null) {
            translate(member.link(), () -> shared.leave(member.group(), member.link()));
        }
    }

    /** Refuses a total that this kernel cannot hold. */
    public synchronized void check(Total total) {
        translate("of a tenant", () -> {
            shared.hold(total.group(), total.bits());
            shared.forgetEmpty(total.group());
        });
    }

    private void alone(String link, String endpoint, NetRate rate, LiveNetwork network) {
        NetRate whole = network.options().traffic().rate();
        if (limited.containsKey(endpoint) || !rate.none()) {
            limit(endpoint, link, rate, () -> rates.apply(link, endpoint, rate));
        }
        if (whole.out() > 0) {
            limit(
                    network.id(),
                    network.bridge(),
                    whole,
                    () -> rates.join(link, endpoint, network.bridge(), network.id(), rate));
        }
    }

    private void limit(String id, String link, NetRate rate, Runnable action) {
        if (rate.none() && !limited.containsKey(id)) {
            return;
        }
        translate(link, () -> {
            limited.put(id, link);
            action.run();
            if (rate.none()) {
                limited.remove(id);
            }
        });
    }

    private static void translate(String link, Runnable action) {
        try {
            action.run();
        } catch (KernelException e) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED,
                    "the speed of link %s cannot be limited: %s".formatted(link, e.getMessage()),
                    e);
        }
    }

    /** A link has gone by itself, with its container: what is left of its limit goes as well. */
    public synchronized void gone(String id) {
        unshare(id);
        if (limited.remove(id) != null) {
            rates.forget(id);
        }
    }

    /** Ports are about to be published, or no longer are. */
    void published(Collection<Firewall.Port> ports, Collection<String> bridges) {
        if (rules != null) {
            Set<HostRules.Port> guarded = new HashSet<>();
            ports.forEach(port -> guarded.add(new HostRules.Port(port.protocol(), port.hostPort())));
            rules.update(guarded, Set.copyOf(bridges));
        }
    }

    /** All that has to be there is known. */
    synchronized void settle() {
        settled = true;
        walls.settle();
        try {
            Set<String> kept = new HashSet<>(limited.keySet());
            members.values().forEach(member -> kept.addAll(SharedRates.devices(member.group())));
            rates.clear(kept);
        } catch (KernelException e) {
            LOG.log(Level.WARNING, "devices of speed limits are left: {0}", e.getMessage());
        }
    }

    synchronized boolean settled() {
        return settled;
    }

    /** What users ought to know, a sentence each. */
    List<String> warnings() {
        return rules == null
                ? List.of()
                : rules.warnings().stream().map(one -> "WARNING: " + one).toList();
    }

    @Override
    public void close() {
        walls.close();
        if (rules != null) {
            Objects.requireNonNull(rules).close();
        }
    }
}
