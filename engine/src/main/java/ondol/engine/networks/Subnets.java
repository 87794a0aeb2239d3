package ondol.engine.networks;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.engine.EngineException;
import ondol.engine.IpamPool;
import ondol.engine.Network;
import ondol.network.AddressPool;
import ondol.network.Addresses;
import ondol.network.NetworkException;
import ondol.network.Subnet;
import ondol.network.SubnetChoice;
import org.jspecify.annotations.Nullable;

/** From the subnets that a user asks for to those that a network has: checked, and complete with gateways. */
final class Subnets {
    private final SubnetChoice choice;
    private final Collection<Subnet> reachable;
    private final Collection<Network> others;
    private final List<Subnet> chosen = new ArrayList<>();

    /**
     * @param reachable what the machine reaches by links that are not this engine's
     * @param others the networks that there are
     */
    Subnets(SubnetChoice choice, Collection<Subnet> reachable, Collection<Network> others) {
        this.choice = choice;
        this.reachable = reachable;
        this.others = others;
    }

    /**
     * The subnets of a network.
     *
     * @param apart whether they may not overlap with what there is; macvlan's lie in the machine's own subnet
     * @param gateways whether the network has an address of its own where none is said
     */
    List<IpamPool> complete(List<IpamPool> asked, boolean ipv4, boolean ipv6, boolean apart, boolean gateways) {
        List<IpamPool> pools = new ArrayList<>();
        boolean four = false;
        boolean six = false;
        for (IpamPool pool : asked) {
            Subnet subnet = subnet(pool);
            if (subnet == null) {
                continue; // says nothing but options: chosen below
            }
            if (subnet.ipv6() ? !ipv6 : !ipv4) {
                throw EngineException.invalid(
                        "invalid network config: subnet %s is of IPv%d, which the network does not have"
                                .formatted(subnet, subnet.ipv6() ? 6 : 4));
            }
            refuseOverlap(subnet, apart);
            chosen.add(subnet);
            pools.add(filled(pool, subnet, gateways));
            four |= !subnet.ipv6();
            six |= subnet.ipv6();
        }
        if (ipv4 && !four) {
            pools.addFirst(filled(without(asked, false), choice.ipv4(taken()), gateways));
        }
        if (ipv6 && !six) {
            pools.add(filled(null, choice.ipv6(taken()), gateways));
        }
        return pools;
    }

    /** Where a gateway or range is said without a subnet there is none that it could be checked against. */
    private static @Nullable IpamPool without(List<IpamPool> asked, boolean ipv6) {
        for (IpamPool pool : asked) {
            boolean silent = empty(pool.subnet());
            if (silent && (!empty(pool.gateway()) || !empty(pool.ipRange())) && !ipv6) {
                throw EngineException.invalid("a gateway or an IP range needs the --subnet that it is in");
            }
        }
        return null;
    }

    private static boolean empty(@Nullable String text) {
        return text == null || text.isEmpty();
    }

    private static @Nullable Subnet subnet(IpamPool pool) {
        String text = pool.subnet();
        if (text == null || text.isEmpty()) {
            return null;
        }
        Subnet subnet = Subnet.parse(text);
        if (!subnet.address().equals(Subnet.parseAddress("subnet", text.substring(0, text.indexOf('/'))))) {
            throw EngineException.invalid(
                    "invalid network config: invalid subnet %s: it should be %s".formatted(text, subnet));
        }
        return subnet;
    }

    private void refuseOverlap(Subnet subnet, boolean apart) {
        for (Subnet mine : chosen) {
            if (mine.overlaps(subnet)) {
                throw EngineException.invalid("subnets %s and %s of one network overlap".formatted(mine, subnet));
            }
        }
        if (!apart) {
            return;
        }
        for (Network other : others) {
            for (IpamPool pool : other.pools()) {
                Subnet theirs = subnet(pool);
                if (theirs != null && theirs.overlaps(subnet)) {
                    throw new EngineException(
                            EngineException.Kind.DENIED,
                            "invalid pool request: Pool overlaps with other one on this address space: %s overlaps with %s of network %s"
                                    .formatted(subnet, theirs, other.name()));
                }
            }
        }
        for (Subnet theirs : reachable) {
            if (theirs.overlaps(subnet)) {
                throw new EngineException(
                        EngineException.Kind.DENIED,
                        "invalid pool request: subnet %s overlaps with %s, which this machine reaches already"
                                .formatted(subnet, theirs));
            }
        }
    }

    private List<Subnet> taken() {
        List<Subnet> taken = new ArrayList<>(reachable);
        taken.addAll(chosen);
        for (Network other : others) {
            for (IpamPool pool : other.pools()) {
                Subnet theirs = subnet(pool);
                if (theirs != null) {
                    taken.add(theirs);
                }
            }
        }
        return taken;
    }

    private static IpamPool filled(@Nullable IpamPool asked, Subnet subnet, boolean gateways) {
        String said = asked == null ? null : asked.gateway();
        InetAddress gateway = null;
        if (said == null || said.isEmpty()) {
            gateway = gateways ? AddressPool.firstHost(subnet) : null;
        } else {
            gateway = Subnet.parseAddress("gateway", withoutLength(said));
        }
        String range = asked == null ? null : asked.ipRange();
        Map<String, String> auxiliary = asked == null ? null : asked.auxiliaryAddresses();
        IpamPool filled = new IpamPool(
                subnet.toString(),
                range == null || range.isEmpty() ? null : Subnet.parse(range).toString(),
                gateway == null ? null : Addresses.text(gateway),
                auxiliary == null || auxiliary.isEmpty() ? null : new TreeMap<>(auxiliary));
        pool(filled); // refuses what does not fit
        return filled;
    }

    private static String withoutLength(String text) {
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    /** The pool of a subnet that {@link #complete} made. */
    static AddressPool pool(IpamPool pool) {
        String subnet = pool.subnet();
        String range = pool.ipRange();
        String gateway = pool.gateway();
        Map<String, String> auxiliary = pool.auxiliaryAddresses();
        List<InetAddress> kept = new ArrayList<>();
        if (auxiliary != null) {
            auxiliary.forEach((name, address) -> kept.add(Subnet.parseAddress("auxiliary address " + name, address)));
        }
        if (subnet == null) {
            throw new NetworkException(NetworkException.Reason.INVALID, "a pool without a subnet");
        }
        return new AddressPool(
                Subnet.parse(subnet),
                range == null ? null : Subnet.parse(range),
                gateway == null ? null : Subnet.parseAddress("gateway", gateway),
                kept);
    }
}
