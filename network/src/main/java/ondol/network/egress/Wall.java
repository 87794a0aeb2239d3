package ondol.network.egress;

import static ondol.linux.nftables.Load.concat;
import static ondol.linux.nftables.Packet.dport;
import static ondol.linux.nftables.Packet.ip6Daddr;
import static ondol.linux.nftables.Packet.ipDaddr;
import static ondol.linux.nftables.Packet.l4proto;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ondol.linux.nftables.Action;
import ondol.linux.nftables.Chain;
import ondol.linux.nftables.Data;
import ondol.linux.nftables.Element;
import ondol.linux.nftables.Load;
import ondol.linux.nftables.NamedSet;
import ondol.linux.nftables.Packet;
import ondol.linux.nftables.Rule;
import ondol.linux.nftables.Statement;
import ondol.linux.nftables.Table;
import ondol.linux.nftables.Transaction;
import ondol.linux.nftables.Type;
import ondol.linux.nftables.Verdict;

/**
 * One policy in the packet filter: a chain that returns for what is allowed and refuses the rest, and sets of the addresses
 * of names. Not safe for use by many threads.
 */
final class Wall {
    /** Shorter ones would be over before a program has connected. */
    private static final Duration LEAST = Duration.ofSeconds(60);

    private static final int[] WITH_PORTS = {Packet.TCP, Packet.UDP, Packet.SCTP};

    private final Table table;
    private final String chain;
    private final EgressPolicy policy;
    private final NamedSet any4;
    private final NamedSet any6;
    private final NamedSet ports4;
    private final NamedSet ports6;
    private final Map<String, Long> expiries = new HashMap<>();

    /** @param chain its name, which is unique in the table */
    Wall(Table table, String chain, EgressPolicy policy) {
        this.table = table;
        this.chain = chain;
        this.policy = policy;
        this.any4 = NamedSet.of(chain + "-any4", Type.IPV4_ADDR).withTimeouts();
        this.any6 = NamedSet.of(chain + "-any6", Type.IPV6_ADDR).withTimeouts();
        this.ports4 = NamedSet.of(chain + "-ports4", Type.IPV4_ADDR, Type.INET_SERVICE)
                .withTimeouts();
        this.ports6 = NamedSet.of(chain + "-ports6", Type.IPV6_ADDR, Type.INET_SERVICE)
                .withTimeouts();
    }

    EgressPolicy policy() {
        return policy;
    }

    Verdict jump() {
        return Verdict.jump(chain);
    }

    List<NamedSet> sets() {
        return List.of(any4, any6, ports4, ports6);
    }

    /** Makes it, with what it knows of names. */
    void make(Transaction t) {
        t.addChain(table, Chain.regular(chain));
        sets().forEach(set -> t.addSet(table, set));
        for (EgressPolicy.ToNetwork to : policy.networks()) {
            Statement there = to.network().address() instanceof Inet4Address
                    ? ipDaddr().in(to.network())
                    : ip6Daddr().in(to.network());
            if (to.first() == 0) {
                t.addRule(table, chain, there, Verdict.RETURN);
            } else {
                for (int protocol : WITH_PORTS) {
                    Statement port = dport().between(Data.port(to.first()), Data.port(to.last()));
                    t.addRule(table, chain, there, l4proto(protocol), port, Verdict.RETURN);
                }
            }
        }
        byName(t, ipDaddr(), any4, ports4);
        byName(t, ip6Daddr(), any6, ports6);
        // a reset is always sent, other refusals only now and then
        Rule reset = Rule.of(l4proto(Packet.TCP), Action.counter(), Action.rejectWithReset());
        t.addRule(table, chain, reset.commented("not allowed"));
        t.addRule(table, chain, Rule.of(Action.counter(), Action.reject()).commented("not allowed"));
    }

    private void byName(Transaction t, Load address, NamedSet any, NamedSet ports) {
        t.addRule(table, chain, address.in(any), Verdict.RETURN);
        for (int protocol : WITH_PORTS) {
            t.addRule(table, chain, l4proto(protocol), concat(address, dport()).in(ports), Verdict.RETURN);
        }
    }

    /** Deletes it; nothing may jump to it. */
    void delete(Transaction t) {
        t.flushChain(table, chain).deleteChain(table, chain);
        sets().forEach(set -> t.deleteSet(table, set.name()));
    }

    /**
     * Lets the addresses of a name through for as long as they hold.
     *
     * @param refresh whether what should be there is deleted first, to be added anew
     */
    void learn(Transaction t, String name, List<InetAddress> addresses, Duration ttl, boolean refresh) {
        Duration time = ttl.compareTo(LEAST) < 0 ? LEAST : ttl;
        long now = System.nanoTime();
        expiries.values().removeIf(until -> until - now <= 0);
        for (EgressPolicy.ToName to : policy.names()) {
            for (InetAddress address : to.is(name) ? addresses : List.<InetAddress>of()) {
                NamedSet set = set(address, to.port());
                Element element = element(address, to.port()).expiringAfter(time);
                Long until = expiries.get(key(address, to.port()));
                if (until != null && refresh) {
                    t.deleteElements(table, set, element);
                }
                t.addElements(table, set, element);
            }
        }
    }

    /** Notes what the kernel has taken. */
    void learned(String name, List<InetAddress> addresses, Duration ttl) {
        long until = System.nanoTime() + (ttl.compareTo(LEAST) < 0 ? LEAST : ttl).toNanos();
        for (EgressPolicy.ToName to : policy.names()) {
            if (to.is(name)) {
                addresses.forEach(address -> expiries.put(key(address, to.port()), until));
            }
        }
    }

    private NamedSet set(InetAddress address, int port) {
        boolean four = address instanceof Inet4Address;
        return port == 0 ? (four ? any4 : any6) : (four ? ports4 : ports6);
    }

    private static Element element(InetAddress address, int port) {
        Data data = Data.address(address);
        return Element.of(port == 0 ? data : Data.concat(data, Data.port(port)));
    }

    private static String key(InetAddress address, int port) {
        return address.getHostAddress() + " " + port;
    }

    /** Takes over what an earlier table had of names. */
    void keep(Transaction t, NamedSet set, List<Element> elements) {
        List<Element> left = new ArrayList<>();
        for (Element element : elements) {
            Duration time = element.timeout();
            if (time != null && time.compareTo(Duration.ofSeconds(1)) > 0) {
                left.add(element.expiringAfter(time));
            }
        }
        if (!left.isEmpty()) {
            t.addElements(table, set, left);
        }
    }
}
