package ondol.network.egress;

import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.nftables.Chain;
import ondol.linux.nftables.Data;
import ondol.linux.nftables.Element;
import ondol.linux.nftables.Hook;
import ondol.linux.nftables.NamedSet;
import ondol.linux.nftables.Nftables;
import ondol.linux.nftables.Packet;
import ondol.linux.nftables.Table;
import ondol.linux.nftables.Transaction;
import ondol.linux.nftables.Type;
import ondol.linux.nftables.Verdict;
import ondol.network.dns.ForwardRules;
import org.jspecify.annotations.Nullable;

/**
 * The walls of one engine, in a table of their own. A packet that begins a connection has to pass those of its network and
 * of its container, whether it goes to others or to the machine itself; what belongs to a connection that is there passes.
 * Safe for use by many threads. All methods throw {@link KernelException} where the kernel refuses.
 */
public final class EgressWalls implements ForwardRules, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(EgressWalls.class.getName());
    private static final int PRIORITY = Chain.FILTER - 10;
    private static final NamedSet NETWORKS =
            NamedSet.of("networks", Type.IFNAME).toVerdicts();
    private static final NamedSet CONTAINERS4 =
            NamedSet.of("containers4", Type.IPV4_ADDR).toVerdicts();
    private static final NamedSet CONTAINERS6 =
            NamedSet.of("containers6", Type.IPV6_ADDR).toVerdicts();
    private static final int ID = 12;

    private final @Nullable Nftables nftables;
    private final Table table;
    private final Map<String, Walled> containers = new TreeMap<>(); // by ID; guarded by this
    private final Map<String, Wall> networks = new TreeMap<>(); // by bridge; guarded by this
    private final Map<String, Set<String>> members = new HashMap<>(); // bridges by container; guarded by this
    private boolean settled; // guarded by this
    private boolean there; // guarded by this

    private record Walled(Wall wall, List<InetAddress> addresses) {}

    private EgressWalls(@Nullable Nftables nftables, String engine) {
        this.nftables = nftables;
        this.table = Table.inet(engine + "-egress");
    }

    /**
     * Walls in the calling thread's network namespace. Until {@link #settle} nothing is changed: what an earlier engine
     * made stands.
     *
     * @param engine how the names of this engine's tables begin
     */
    public static EgressWalls open(String engine) {
        Nftables nftables = null;
        try {
            nftables = Nftables.refusal().isEmpty() ? Nftables.open() : null;
        } catch (KernelException e) {
            LOG.log(Level.DEBUG, "no walls: {0}", e.getMessage());
        }
        return new EgressWalls(nftables, engine);
    }

    /** Whether this kernel can have walls; where it cannot, policies must be refused. */
    public boolean possible() {
        return nftables != null;
    }

    /** Makes all that is known by now, in one transaction; from then on changes are made at once. */
    public synchronized void settle() {
        settled = true;
        rebuild();
    }

    /**
     * A container's own wall, from now on; connections that are there stay.
     *
     * @param policy null for none
     * @param addresses all that it has
     * @param bridges those of its networks
     */
    public synchronized void container(
            String id, @Nullable EgressPolicy policy, List<InetAddress> addresses, Set<String> bridges) {
        members.put(id, Set.copyOf(bridges));
        Walled old = containers.get(id);
        Walled changed = policy == null
                ? null
                : new Walled(new Wall(table, "c-" + id.substring(0, Math.min(ID, id.length())), policy), addresses);
        if (old == null && changed == null) {
            return;
        }
        if (changed == null) {
            containers.remove(id);
        } else {
            containers.put(id, changed);
        }
        change(t -> {
            if (old != null) {
                elements(old).forEach((set, some) -> t.deleteElements(table, set, some));
                old.wall.delete(t);
            }
            if (changed != null) {
                changed.wall.make(t);
                elements(changed).forEach((set, some) -> t.addElements(table, set, some));
            }
        });
    }

    /** Forgets a container: it has ended. */
    public synchronized void remove(String id) {
        container(id, null, List.of(), Set.of());
        members.remove(id);
    }

    /**
     * The wall around a network, from now on.
     *
     * @param policy null for none
     */
    public synchronized void network(String bridge, @Nullable EgressPolicy policy) {
        Wall old = networks.get(bridge);
        if (old == null && policy == null) {
            return;
        }
        Wall changed = policy == null ? null : new Wall(table, "n-" + bridge, policy);
        if (changed == null) {
            networks.remove(bridge);
        } else {
            networks.put(bridge, changed);
        }
        change(t -> {
            if (old != null) {
                t.deleteElements(table, NETWORKS, Element.of(Data.ifname(bridge), old.jump()));
                old.delete(t);
            }
            if (changed != null) {
                changed.make(t);
                t.addElements(table, NETWORKS, Element.of(Data.ifname(bridge), changed.jump()));
            }
        });
    }

    private interface Changes {
        void add(Transaction transaction);
    }

    private void change(Changes changes) {
        if (!settled) {
            return;
        }
        if (!there || (containers.isEmpty() && networks.isEmpty())) {
            rebuild();
            return;
        }
        Transaction transaction = new Transaction();
        changes.add(transaction);
        try {
            apply(transaction);
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.EEXIST) {
                throw e;
            }
            rebuild(); // somebody has changed it
        }
    }

    private void apply(Transaction transaction) {
        if (nftables == null) {
            throw new IllegalStateException("this kernel has no nf_tables: what containers reach cannot be limited");
        }
        nftables.apply(transaction);
    }

    private static Map<NamedSet, List<Element>> elements(Walled walled) {
        Map<NamedSet, List<Element>> elements = new HashMap<>();
        for (InetAddress address : walled.addresses) {
            NamedSet set = address instanceof Inet4Address ? CONTAINERS4 : CONTAINERS6;
            elements.computeIfAbsent(set, any -> new ArrayList<>())
                    .add(Element.of(Data.address(address), walled.wall.jump()));
        }
        return elements;
    }

    private void rebuild() {
        if (nftables == null) {
            return;
        }
        boolean before = nftables.tables().contains(table);
        if (containers.isEmpty() && networks.isEmpty()) {
            there = false;
            if (before) {
                nftables.apply(new Transaction().deleteTable(table));
            }
            return;
        }
        Transaction t = new Transaction().replaceTable(table);
        for (NamedSet set : List.of(NETWORKS, CONTAINERS4, CONTAINERS6)) {
            t.addSet(table, set);
        }
        List<Wall> walls = new ArrayList<>(networks.values());
        containers.values().forEach(walled -> walls.add(walled.wall));
        for (Wall wall : walls) {
            wall.make(t);
            for (NamedSet set : before ? wall.sets() : List.<NamedSet>of()) {
                wall.keep(t, set, learnedBefore(nftables, set));
            }
        }
        networks.forEach(
                (bridge, wall) -> t.addElements(table, NETWORKS, Element.of(Data.ifname(bridge), wall.jump())));
        containers.values().forEach(walled -> elements(walled).forEach((set, some) -> t.addElements(table, set, some)));
        entrance(t, Hook.FORWARD);
        entrance(t, Hook.INPUT);
        nftables.apply(t);
        there = true;
    }

    private List<Element> learnedBefore(Nftables from, NamedSet set) {
        try {
            return from.elements(table, set);
        } catch (KernelException e) {
            return List.of(); // it had none of this name
        }
    }

    private void entrance(Transaction t, Hook hook) {
        String chain = hook.toString();
        t.addChain(table, Chain.filter(chain, hook, PRIORITY))
                .addRule(table, chain, Packet.ctState(Packet.ESTABLISHED | Packet.RELATED), Verdict.ACCEPT);
        if (hook == Hook.INPUT) {
            // how the gateway is found is part of the network itself
            t.addRule(table, chain, Packet.l4proto(Packet.ICMPV6), Verdict.ACCEPT);
        }
        t.addRule(table, chain, Packet.iifname().verdict(NETWORKS))
                .addRule(table, chain, Packet.ipSaddr().verdict(CONTAINERS4))
                .addRule(table, chain, Packet.ip6Saddr().verdict(CONTAINERS6));
    }

    @Override
    public synchronized boolean mayAsk(String container, String name) {
        Walled own = containers.get(container);
        if (own != null && !own.wall.policy().allows(name)) {
            return false;
        }
        Set<String> bridges = members.getOrDefault(container, Set.of());
        return bridges.isEmpty()
                || bridges.stream().anyMatch(bridge -> {
                    Wall wall = networks.get(bridge);
                    return wall == null || wall.policy().allows(name);
                });
    }

    @Override
    public synchronized void answered(String container, String name, List<InetAddress> addresses, Duration ttl) {
        List<Wall> walls = new ArrayList<>();
        Walled own = containers.get(container);
        if (own != null) {
            walls.add(own.wall);
        }
        for (String bridge : members.getOrDefault(container, Set.of())) {
            Wall wall = networks.get(bridge);
            if (wall != null) {
                walls.add(wall);
            }
        }
        walls.removeIf(wall -> !wall.policy().allows(name));
        if (walls.isEmpty() || !there) {
            return;
        }
        try {
            learn(walls, name, addresses, ttl, true);
        } catch (KernelException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
            learn(walls, name, addresses, ttl, false); // it was over just now
        }
        walls.forEach(wall -> wall.learned(name, addresses, ttl));
    }

    private void learn(List<Wall> walls, String name, List<InetAddress> addresses, Duration ttl, boolean refresh) {
        Transaction transaction = new Transaction();
        walls.forEach(wall -> wall.learn(transaction, name, addresses, ttl, refresh));
        apply(transaction);
    }

    /** The walls stay. */
    @Override
    public void close() {
        if (nftables != null) {
            nftables.close();
        }
    }
}
