package ondol.network;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.netlink.Addresses.Address;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NewLink;
import ondol.linux.netlink.Prefix;
import ondol.linux.netlink.Routes;

/**
 * The machine's end of bridge networks: a bridge each ({@code man 8 bridge}), which has the gateway's addresses. All
 * methods may be called again after an interruption: what is there already stays.
 */
public final class Bridges {
    private static final int LOOPBACK = 1;

    private final Links links;
    private final ondol.linux.netlink.Addresses addresses;
    private final Routes routes;

    /** Bridges in the network namespace of this socket. */
    public Bridges(NetlinkSocket socket) {
        this.links = new Links(socket);
        this.addresses = new ondol.linux.netlink.Addresses(socket);
        this.routes = new Routes(socket);
    }

    /**
     * A bridge as it has to be.
     *
     * @param name at most 15 bytes
     * @param mac a hardware address that stays, whatever its ports have; null leaves it to the kernel
     * @param mtu in bytes; 0 for the kernel's own
     * @param gateways the addresses that the machine has in the network
     */
    public record Settings(
            String name, @org.jspecify.annotations.Nullable String mac, int mtu, List<Prefix> gateways) {}

    /**
     * Sees to it that a bridge is there, is up and has its addresses.
     *
     * @return its index
     * @throws NetworkException where something else has its name, or its addresses are reached by another link
     * @throws KernelException where the kernel refuses
     */
    public int ensure(Settings settings) {
        Link bridge = links.find(settings.name()).orElse(null);
        if (bridge == null) {
            refuseOverlap(settings);
            NewLink wanted = NewLink.bridge(settings.name()).withMtu(settings.mtu());
            String mac = settings.mac();
            if (mac != null) {
                wanted = wanted.withMac(mac);
            }
            links.add(wanted);
            bridge = links.get(settings.name());
        } else if (!bridge.kind().equals("bridge")) {
            throw new NetworkException(
                    NetworkException.Reason.TAKEN,
                    "the machine has a network interface %s that is no bridge".formatted(settings.name()));
        }
        if (settings.gateways().stream().anyMatch(gateway -> gateway.address() instanceof Inet6Address)) {
            allowIpv6(settings.name());
        }
        List<Prefix> there = addresses.list(bridge.index());
        for (Prefix gateway : settings.gateways()) {
            if (!there.contains(gateway)) {
                addresses.add(bridge.index(), gateway);
            }
        }
        if (!bridge.up()) {
            links.up(bridge.index());
        }
        return bridge.index();
    }

    /** The machine may have IPv6 switched off for links that are made ({@code conf/default/disable_ipv6}). */
    private static void allowIpv6(String name) {
        String setting = "/proc/sys/net/ipv6/conf/" + name + "/disable_ipv6";
        if (Files.readSetting(setting).equals("1")) {
            try {
                java.nio.file.Files.writeString(Path.of(setting), "0");
            } catch (IOException e) {
                // then the kernel refuses the address, and says why
            }
        }
    }

    private void refuseOverlap(Settings settings) {
        for (Prefix gateway : settings.gateways()) {
            Subnet subnet = Subnet.of(gateway.address(), gateway.length());
            for (Subnet other : inUse(Set.of())) {
                if (other.overlaps(subnet)) {
                    throw new NetworkException(
                            NetworkException.Reason.TAKEN,
                            "subnet %s overlaps with %s, which the machine reaches by another interface"
                                    .formatted(subnet, other));
                }
            }
        }
    }

    /**
     * What the machine reaches by links other than these: their addresses and routes, without default routes.
     *
     * @param own names of links
     */
    public List<Subnet> inUse(Set<String> own) {
        Set<Integer> ours = new HashSet<>();
        for (Link link : own.isEmpty() ? List.<Link>of() : links.list()) {
            if (own.contains(link.name())) {
                ours.add(link.index());
            }
        }
        List<Subnet> used = new ArrayList<>();
        for (Routes.Route route : routes.list()) {
            if (route.destination().length() > 0 && !ours.contains(route.link()) && ordinary(route.destination())) {
                used.add(subnet(route.destination()));
            }
        }
        for (Address address : addresses.list()) {
            if (!ours.contains(address.link()) && ordinary(address.prefix())) {
                used.add(subnet(address.prefix()));
            }
        }
        return used;
    }

    /** Not of one link alone, which every link has, nor of a group. */
    private static boolean ordinary(Prefix prefix) {
        InetAddress address = prefix.address();
        return !address.isLinkLocalAddress() && !address.isMulticastAddress() && !address.isAnyLocalAddress();
    }

    private static Subnet subnet(Prefix prefix) {
        return Subnet.of(prefix.address(), prefix.length());
    }

    /**
     * Removes a bridge, if it is there; what was plugged in stays without it. One that somebody else made, and that was
     * only used, has another hardware address, and stays.
     */
    public void remove(Settings settings) {
        Link bridge = links.find(settings.name()).orElse(null);
        if (bridge != null
                && bridge.kind().equals("bridge")
                && (settings.mac() == null || bridge.mac().equals(settings.mac()))) {
            unlink(bridge.index());
        }
    }

    /**
     * Has TCP over the machine's own loopback hand over as much as this in one piece, in bytes: what goes to a published port
     * from there is in such pieces. The setting is the machine's, and stays.
     */
    public void loopbackInLargePieces(int bytes) {
        links.gso(LOOPBACK, bytes);
    }

    /** The links that are plugged into a bridge; none where there is no such bridge. */
    public List<Link> ports(String name) {
        Link bridge = links.find(name).orElse(null);
        if (bridge == null) {
            return List.of();
        }
        return links.list().stream()
                .filter(link -> link.master() == bridge.index())
                .toList();
    }

    /** Removes a link that may go by itself at any moment. */
    public void unlink(int index) {
        try {
            links.delete(index);
        } catch (KernelException e) {
            if (e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
    }
}
