package ondol.engine.networks;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import ondol.linux.KernelException;
import ondol.network.AddressPool;
import ondol.network.Bridges;
import ondol.network.DockerUser;
import ondol.network.Firewall;
import ondol.network.Flows;
import ondol.network.Subnet;
import org.jspecify.annotations.Nullable;

/**
 * What the machine has of the engine's networks: bridges, rules, published ports. It knows what there has to be, so that
 * the firewall can be made anew whenever it is not as it was.
 */
public final class BridgeHost implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BridgeHost.class.getName());
    private static final Path SETTINGS = Path.of("/proc/sys/net");

    private final Bridges bridges;
    private final Firewall firewall;
    private final TrafficHost traffic;
    private final Flows flows;
    private final @Nullable DockerUser docker;
    private final Set<String> switchedOn = new ConcurrentSkipListSet<>(); // settings of the machine
    private final Map<String, Firewall.Network> up = new TreeMap<>(); // by network id; guarded by this
    private final Map<String, List<Firewall.Port>> ports = new TreeMap<>(); // by container; guarded by this
    private boolean settled; // guarded by this

    /**
     * @param docker lets packets pass where Docker drops them; null where that is not wanted, or cannot be
     */
    public BridgeHost(
            Bridges bridges, Firewall firewall, TrafficHost traffic, Flows flows, @Nullable DockerUser docker) {
        this.bridges = bridges;
        this.firewall = firewall;
        this.traffic = traffic;
        this.flows = flows;
        this.docker = docker;
    }

    public Bridges bridges() {
        return bridges;
    }

    public Firewall firewall() {
        return firewall;
    }

    public TrafficHost traffic() {
        return traffic;
    }

    /**
     * Sees to it that a network's bridge is there, with all that belongs to it.
     *
     * @return the bridge's index
     */
    synchronized int raise(LiveNetwork network) {
        int index = bridges.ensure(network.settings());
        forward(network);
        write(SETTINGS.resolve("ipv4/conf").resolve(network.bridge()).resolve("route_localnet"), "1");
        Firewall.Network rules = rules(network);
        traffic.raised(network);
        up.put(network.id(), rules);
        if (settled && !firewall.add(rules)) {
            rebuild();
        }
        pass();
        return index;
    }

    synchronized void lower(LiveNetwork network) {
        Firewall.Network rules = up.remove(network.id());
        traffic.lowered(network);
        bridges.remove(network.settings());
        if (rules != null && settled && (up.isEmpty() || !firewall.remove(rules))) {
            rebuild();
        }
        if (rules != null) {
            pass();
        }
    }

    /** Removes a bridge that an earlier engine left. */
    public synchronized void clear(LiveNetwork network) {
        if (!up.containsKey(network.id())) {
            bridges.remove(network.settings());
        }
    }

    /** Lets packets pass through the machine, which is what containers need to reach others than the machine. */
    private void forward(LiveNetwork network) {
        for (Path setting : notForwarding(network)) {
            write(setting, "1");
            switchedOn.add(setting.toString());
            LOG.log(Level.WARNING, "{0} was off and is on now: containers reach others through this machine", setting);
        }
    }

    private static List<Path> notForwarding(LiveNetwork network) {
        List<Path> off = new ArrayList<>();
        if (network.bridged() && !network.network().internal()) {
            for (AddressPool pool : network.pools()) {
                Path setting = SETTINGS.resolve(pool.subnet().ipv6() ? "ipv6/conf/all/forwarding" : "ipv4/ip_forward");
                if (!off.contains(setting)
                        && !ondol.linux.Files.readSetting(setting.toString()).equals("1")) {
                    off.add(setting);
                }
            }
        }
        return off;
    }

    /** What a user of a network ought to know before it is used, a sentence each. */
    public static List<String> warnings(LiveNetwork network) {
        return notForwarding(network).stream()
                .map(setting ->
                        "%s is off on this machine: it is switched on when network %s is used, since containers reach others through the machine"
                                .formatted(setting, network.name()))
                .toList();
    }

    private static Firewall.Network rules(LiveNetwork network) {
        List<Subnet> subnets = network.pools().stream().map(AddressPool::subnet).toList();
        boolean closed = network.network().internal();
        List<Subnet> out = closed || !network.options().masquerade() ? List.of() : subnets;
        return new Firewall.Network(network.bridge(), subnets, out, closed);
    }

    /** Publishes ports of a container, beside those that it has. */
    public synchronized void publish(String container, Collection<Firewall.Port> more) {
        if (more.isEmpty()) {
            return;
        }
        ports.computeIfAbsent(container, _ -> new ArrayList<>()).addAll(more);
        guard();
        if (settled && !firewall.publish(more)) {
            rebuild();
        }
        flows.published(more);
    }

    /** Withdraws all ports of a container. */
    public synchronized void withdraw(String container) {
        List<Firewall.Port> gone = ports.remove(container);
        if (gone != null && !gone.isEmpty() && settled && !firewall.withdraw(gone)) {
            rebuild();
        }
        if (gone != null) {
            flows.withdrawn(gone);
        }
        guard();
    }

    /** Withdraws some ports of a container. */
    public synchronized void withdraw(String container, Collection<Firewall.Port> some) {
        List<Firewall.Port> has = ports.getOrDefault(container, new ArrayList<>());
        has.removeAll(some);
        if (!some.isEmpty() && settled && !firewall.withdraw(some)) {
            rebuild();
        }
        flows.withdrawn(some);
        guard();
    }

    /** All that has to be there is known: the firewall is made anew, in one transaction. */
    public synchronized void settle() {
        settled = true;
        traffic.settle();
        guard();
        rebuild();
        pass();
    }

    /** Where Docker's engine drops what is forwarded, what is our networks' passes. */
    private void pass() {
        if (settled && docker != null) {
            docker.update(up.values());
        }
    }

    /** The machine's own rules stand in front of a port before it leads anywhere, and as long as it does. */
    private void guard() {
        if (settled) {
            List<Firewall.Port> all = new ArrayList<>();
            ports.values().forEach(all::addAll);
            traffic.published(
                    all, up.values().stream().map(Firewall.Network::bridge).toList());
        }
    }

    private void rebuild() {
        List<Firewall.Port> all = new ArrayList<>();
        ports.values().forEach(all::addAll);
        firewall.rebuild(up.values(), all);
    }

    /** What users ought to know about this machine, a sentence each. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        firewall.refusal()
                .ifPresent(why -> warnings.add(
                        "WARNING: this kernel has no nf_tables: containers reach each other and the machine; ports are not published, and nothing else is reached ("
                                + why.getMessage() + ")"));
        try {
            List<String> passed = docker == null ? List.of() : docker.passed();
            for (Firewall.Drop drop : firewall.foreignDrops()) {
                if (!passed.contains(drop.where())) {
                    warnings.add("WARNING: the chain " + drop.where() + " " + drop.how()
                            + ": containers reach outside, and are reached, only as far as it lets them"
                            + (drop.table().name().equals("firewalld") ? trusting() : ""));
                }
            }
        } catch (KernelException e) {
            LOG.log(Level.DEBUG, "the chains of others cannot be read", e);
        }
        for (String setting : switchedOn) {
            warnings.add("WARNING: " + setting
                    + " was off and has been switched on: containers reach others through this machine");
        }
        warnings.addAll(traffic.warnings());
        return warnings;
    }

    /** How firewalld is told. Its chain ends as before then, so this is said afterwards, too. */
    private synchronized String trusting() {
        String interfaces = up.values().stream()
                .filter(network -> !network.closed())
                .map(network -> " --add-interface=" + network.bridge())
                .collect(Collectors.joining());
        return ": firewall-cmd --zone=trusted" + (interfaces.isEmpty() ? " --add-interface=BRIDGE" : interfaces)
                + " lets them, and once more with --permanent for good";
    }

    private static void write(Path setting, String value) {
        try {
            Files.writeString(setting, value);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "{0} cannot be set to {1}: {2}", setting, value, e.getMessage());
        }
    }

    @Override
    public void close() {
        traffic.close();
        flows.close();
        if (docker != null) {
            docker.close();
        }
        firewall.close();
    }
}
