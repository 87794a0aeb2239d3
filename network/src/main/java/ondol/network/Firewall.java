package ondol.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.netlink.Prefix;
import ondol.linux.nftables.Action;
import ondol.linux.nftables.Chain;
import ondol.linux.nftables.Data;
import ondol.linux.nftables.Element;
import ondol.linux.nftables.Hook;
import ondol.linux.nftables.ListedChain;
import ondol.linux.nftables.ListedRule;
import ondol.linux.nftables.Load;
import ondol.linux.nftables.NamedSet;
import ondol.linux.nftables.Nftables;
import ondol.linux.nftables.Packet;
import ondol.linux.nftables.Table;
import ondol.linux.nftables.Transaction;
import ondol.linux.nftables.Type;
import ondol.linux.nftables.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * One engine's table of nf_tables: the one place where its rules are written. The rules never change; what networks and
 * ports there are is in sets and maps. The table is there while a network is; what others have in tables of their own is
 * left alone. Safe for use by many threads.
 *
 * <pre>
 * prerouting, output   to an address of this machine but ::1: ports    published ports become a container's
 * ports                maps from [address,] protocol, port to address, port
 * postrouting          masquerade: what leaves for outside, loopback to containers, containers to their own published ports
 * raw                  drops what containers send to the machine's loopback
 * forward              walls between networks; published and answered connections pass; of the rest nothing gets in
 * egress, published    empty places in which further rules decide on what containers send, and on who gets to a port
 * </pre>
 */
public final class Firewall implements AutoCloseable {
    /** Where rules on what containers send belong; a packet that they say nothing of goes on. */
    public static final String EGRESS = "egress";

    /** Where rules on who gets to published ports belong; a packet that they say nothing of gets in. */
    public static final String PUBLISHED = "published";

    private static final int RAW = -300;
    private static final String PORTS = "ports";
    private static final Prefix LOOPBACK = Prefix.parse("127.0.0.0/8");
    private static final Prefix LOOPBACK6 = Prefix.parse("::1/128");

    private static final NamedSet BRIDGES = NamedSet.of("bridges", Type.IFNAME);
    private static final NamedSet CLOSED = NamedSet.of("closed", Type.IFNAME);
    private static final NamedSet PAIRS = NamedSet.of("pairs", Type.IFNAME, Type.IFNAME);
    private static final NamedSet OUT4 = NamedSet.of("out4", Type.IPV4_ADDR).withIntervals();
    private static final NamedSet OUT6 = NamedSet.of("out6", Type.IPV6_ADDR).withIntervals();
    private static final NamedSet HOME4 =
            NamedSet.of("home4", Type.IPV4_ADDR, Type.IFNAME).withIntervals();
    private static final NamedSet HOME6 =
            NamedSet.of("home6", Type.IPV6_ADDR, Type.IFNAME).withIntervals();
    private static final NamedSet ANY4 =
            NamedSet.of("any4", Type.INET_PROTO, Type.INET_SERVICE).to(Type.IPV4_ADDR, Type.INET_SERVICE);
    private static final NamedSet ANY6 =
            NamedSet.of("any6", Type.INET_PROTO, Type.INET_SERVICE).to(Type.IPV6_ADDR, Type.INET_SERVICE);
    private static final NamedSet ONE4 = NamedSet.of("one4", Type.IPV4_ADDR, Type.INET_PROTO, Type.INET_SERVICE)
            .to(Type.IPV4_ADDR, Type.INET_SERVICE);
    private static final NamedSet ONE6 = NamedSet.of("one6", Type.IPV6_ADDR, Type.INET_PROTO, Type.INET_SERVICE)
            .to(Type.IPV6_ADDR, Type.INET_SERVICE);

    private final Table table;
    private final @Nullable Nftables kernel;
    private final @Nullable KernelException refusal;
    private boolean there; // guarded by this

    private Firewall(Table table, @Nullable Nftables kernel, @Nullable KernelException refusal) {
        this.table = table;
        this.kernel = kernel;
        this.refusal = refusal;
    }

    /**
     * The firewall of the calling thread's network namespace.
     *
     * @param table the table's name, which is this engine's alone
     */
    public static Firewall open(String table) {
        Optional<KernelException> refusal = Nftables.refusal();
        return refusal.isPresent()
                ? new Firewall(Table.inet(table), null, refusal.get())
                : new Firewall(Table.inet(table), Nftables.open(), null);
    }

    /** What the kernel says where it has no nf_tables: then there are no walls, no ports, and no way to outside. */
    public Optional<KernelException> refusal() {
        return Optional.ofNullable(refusal);
    }

    /**
     * What is to be known of a bridge network.
     *
     * @param out the subnets whose packets leave with the machine's address
     * @param closed whether nothing leaves or gets in
     */
    public record Network(String bridge, List<Subnet> subnets, List<Subnet> out, boolean closed) {}

    /**
     * A port of the machine that leads to a container.
     *
     * @param host the machine's address; any address stands for all of its family
     * @param protocol such as {@link Packet#TCP}
     */
    public record Port(InetAddress host, int protocol, int hostPort, InetAddress container, int containerPort) {}

    /** Makes the whole table anew, in one transaction: whatever was in it is gone. Without networks there is no table. */
    public synchronized void rebuild(Collection<Network> networks, Collection<Port> ports) {
        Nftables nftables = kernel;
        if (nftables == null) {
            return;
        }
        if (networks.isEmpty()) {
            removeTable(nftables);
            return;
        }
        Transaction transaction = new Transaction().replaceTable(table);
        addRules(transaction);
        networks.forEach(network -> add(transaction, network));
        ports.forEach(port -> add(transaction, port));
        nftables.apply(transaction);
        there = true;
    }

    private void removeTable(Nftables nftables) {
        there = false;
        if (nftables.tables().contains(table)) {
            nftables.apply(new Transaction().deleteTable(table));
        }
    }

    /**
     * Lets a network in.
     *
     * @return whether this could be done; not where the table is missing or not as it was: then {@link #rebuild} it
     */
    public synchronized boolean add(Network network) {
        Transaction transaction = new Transaction();
        add(transaction, network);
        return change(transaction);
    }

    /** Forgets a network, as {@link #add} lets it in. */
    public synchronized boolean remove(Network network) {
        Transaction transaction = new Transaction();
        eachElement(network, (set, element) -> transaction.deleteElements(table, set, element));
        return change(transaction);
    }

    /** Publishes ports, as {@link #add} lets networks in. */
    public synchronized boolean publish(Collection<Port> ports) {
        Transaction transaction = new Transaction();
        ports.forEach(port -> add(transaction, port));
        return change(transaction);
    }

    /** Withdraws ports, as {@link #add} lets networks in. */
    public synchronized boolean withdraw(Collection<Port> ports) {
        Transaction transaction = new Transaction();
        ports.forEach(port -> transaction.deleteElements(table, map(port), element(port)));
        return change(transaction);
    }

    private boolean change(Transaction transaction) {
        Nftables nftables = kernel;
        if (nftables == null || transaction.isEmpty()) {
            return true;
        }
        if (!there) {
            return false;
        }
        try {
            nftables.apply(transaction);
            return true;
        } catch (KernelException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.EEXIST) {
                return false; // somebody changed it: what the records say is made anew
            }
            throw e;
        }
    }

    private void addRules(Transaction t) {
        t.addTable(table);
        for (NamedSet set : List.of(BRIDGES, CLOSED, PAIRS, OUT4, OUT6, HOME4, HOME6, ANY4, ANY6, ONE4, ONE6)) {
            t.addSet(table, set);
        }
        for (String chain : List.of(PORTS, EGRESS, PUBLISHED)) {
            t.addChain(table, Chain.regular(chain));
        }
        Load protocolAndPort = Load.concat(Packet.l4proto(), Packet.dport());
        t.addRule(table, PORTS, Action.dnat(one(Packet.ipDaddr()).through(ONE4)));
        t.addRule(table, PORTS, Action.dnat(one(Packet.ip6Daddr()).through(ONE6)));
        t.addRule(table, PORTS, Action.dnat(protocolAndPort.through(ANY4)));
        t.addRule(table, PORTS, Action.dnat(protocolAndPort.through(ANY6)));
        t.addChain(table, Chain.nat("prerouting", Hook.PREROUTING, Chain.DSTNAT));
        t.addRule(table, "prerouting", Packet.toLocalAddress(), Verdict.jump(PORTS));
        t.addChain(table, Chain.nat("output", Hook.OUTPUT, Chain.DSTNAT));
        t.addRule(
                table,
                "output",
                Packet.ip6Daddr().in(LOOPBACK6),
                Verdict.ACCEPT); // no answer gets there: LoopbackRelay
        t.addRule(table, "output", Packet.toLocalAddress(), Verdict.jump(PORTS));
        t.addChain(table, Chain.filter("raw", Hook.PREROUTING, RAW));
        t.addRule(table, "raw", Packet.ipDaddr().in(LOOPBACK), Packet.iifname().in(BRIDGES), Verdict.DROP);
        addMasquerade(t);
        addWalls(t);
    }

    private static Load one(Load address) {
        return Load.concat(address, Packet.l4proto(), Packet.dport());
    }

    private void addMasquerade(Transaction t) {
        String chain = "postrouting";
        t.addChain(table, Chain.nat(chain, Hook.POSTROUTING, Chain.SRCNAT));
        t.addRule(
                table, chain, Packet.oifname().notIn(BRIDGES), Packet.ipSaddr().in(OUT4), Action.masquerade());
        t.addRule(
                table, chain, Packet.oifname().notIn(BRIDGES), Packet.ip6Saddr().in(OUT6), Action.masquerade());
        // the answer has to come back through here
        t.addRule(table, chain, Packet.oifname().in(BRIDGES), Packet.ipSaddr().in(LOOPBACK), Action.masquerade());
        t.addRule(
                table,
                chain,
                Packet.ctStatus(Packet.DNAT),
                Load.concat(Packet.ipSaddr(), Packet.oifname()).in(HOME4),
                Action.masquerade());
        t.addRule(
                table,
                chain,
                Packet.ctStatus(Packet.DNAT),
                Load.concat(Packet.ip6Saddr(), Packet.oifname()).in(HOME6),
                Action.masquerade());
    }

    private void addWalls(Transaction t) {
        String chain = "forward";
        t.addChain(table, Chain.filter(chain, Hook.FORWARD, Chain.FILTER));
        t.addRule(table, chain, Load.concat(Packet.iifname(), Packet.oifname()).in(PAIRS), Verdict.ACCEPT);
        t.addRule(table, chain, Packet.iifname().in(CLOSED), Verdict.DROP);
        t.addRule(table, chain, Packet.oifname().in(CLOSED), Verdict.DROP);
        t.addRule(table, chain, Packet.ctState(Packet.ESTABLISHED | Packet.RELATED), Verdict.ACCEPT);
        t.addRule(table, chain, Packet.iifname().in(BRIDGES), Verdict.jump(EGRESS));
        t.addRule(table, chain, Packet.oifname().in(BRIDGES), Packet.ctStatus(Packet.DNAT), Verdict.jump(PUBLISHED));
        t.addRule(table, chain, Packet.oifname().in(BRIDGES), Packet.ctStatus(Packet.DNAT), Verdict.ACCEPT);
        t.addRule(table, chain, Packet.oifname().in(BRIDGES), Verdict.DROP);
    }

    private void add(Transaction transaction, Network network) {
        eachElement(network, (set, element) -> transaction.addElements(table, set, element));
    }

    private interface Each {
        void element(NamedSet set, Element element);
    }

    private static void eachElement(Network network, Each each) {
        Data name = Data.ifname(network.bridge());
        each.element(BRIDGES, Element.of(name));
        each.element(PAIRS, Element.of(Data.concat(name, name)));
        if (network.closed()) {
            each.element(CLOSED, Element.of(name));
        }
        for (Subnet subnet : network.out()) {
            each.element(subnet.ipv6() ? OUT6 : OUT4, Element.network(prefix(subnet)));
        }
        for (Subnet subnet : network.subnets()) {
            Prefix prefix = prefix(subnet);
            Data first = Data.concat(Data.first(prefix), name);
            Data last = Data.concat(Data.last(prefix), name);
            each.element(subnet.ipv6() ? HOME6 : HOME4, Element.range(first, last));
        }
    }

    private static Prefix prefix(Subnet subnet) {
        return subnet.prefix(subnet.address());
    }

    private void add(Transaction transaction, Port port) {
        transaction.addElements(table, map(port), element(port));
    }

    private static NamedSet map(Port port) {
        boolean ipv4 = Addresses.ipv4(port.host());
        if (port.host().isAnyLocalAddress()) {
            return ipv4 ? ANY4 : ANY6;
        }
        return ipv4 ? ONE4 : ONE6;
    }

    private static Element element(Port port) {
        Data protocol = Data.protocol(port.protocol());
        Data outside = Data.port(port.hostPort());
        Data key = port.host().isAnyLocalAddress()
                ? Data.concat(protocol, outside)
                : Data.concat(Data.address(port.host()), protocol, outside);
        return Element.of(key, Data.concat(Data.address(port.container()), Data.port(port.containerPort())));
    }

    /**
     * A base chain of others that drops what is forwarded.
     *
     * @param table its table, such as {@code inet firewalld}
     * @param how in words, for people, after the chain's name
     */
    public record Drop(Table table, String chain, String how) {
        /** Its table and its name, as people write them. */
        public String where() {
            return table + " " + chain;
        }
    }

    /** Base chains of others that drop what they have no rule for when it is forwarded, by policy or by a rule at the end. */
    public List<Drop> foreignDrops() {
        List<Drop> drops = new ArrayList<>();
        Nftables nftables = kernel;
        if (nftables == null) {
            return drops;
        }
        for (ListedChain listed : nftables.chains()) {
            Chain.Base base = listed.chain().base();
            if (base == null || base.hook() != Hook.FORWARD || listed.table().equals(table)) {
                continue;
            }
            if (base.policy().equals(Verdict.DROP)) {
                drops.add(new Drop(listed.table(), listed.name(), "drops what is forwarded"));
            } else if (nftables.rules(listed.table(), listed.name()).stream().anyMatch(ListedRule::refusesAll)) {
                drops.add(new Drop(listed.table(), listed.name(), "refuses at its end what no rule before lets pass"));
            }
        }
        return drops;
    }

    @Override
    public void close() {
        if (kernel != null) {
            kernel.close();
        }
    }
}
