package ondol.network;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NewLink;
import ondol.linux.netlink.Prefix;
import ondol.linux.netlink.Routes;
import ondol.linux.netlink.Routes.Route;

/**
 * Plugs containers into networks: the one place where a link between the machine and a container is made. All that it
 * makes goes with the container's namespace.
 */
public final class Wiring {
    private static final Path BRIDGE_FILTER = Path.of("/proc/sys/net/bridge/bridge-nf-call-iptables");

    private final Links machine;

    /** Wires in the network namespace of this socket. */
    public Wiring(NetlinkSocket socket) {
        this.machine = new Links(socket);
    }

    /** Where a plug goes. */
    public sealed interface Socket {
        /**
         * A port of a bridge.
         *
         * @param index the bridge's
         * @param isolated whether it reaches the machine alone, and no other port that is isolated
         */
        record Bridge(int index, boolean isolated) implements Socket {}

        /** A link of its own on one of the machine's. */
        record Parent(int index, NewLink.Mode mode) implements Socket {}
    }

    /**
     * Makes a link into a container's network namespace and gives it its addresses and routes.
     *
     * @param namespace a descriptor of {@code /proc/PID/ns/net}
     * @throws KernelException where the kernel refuses; nothing is left then
     */
    public void plug(Plug plug, Socket socket, int namespace) {
        try {
            make(plug, socket, namespace);
        } catch (KernelException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            // an earlier run's, which the kernel has not taken away yet
            machine.find(plug.outside()).ifPresent(old -> delete(old.index()));
            make(plug, socket, namespace);
        }
        try (NetlinkSocket inside = NetlinkSocket.inNamespace(namespace)) {
            configure(plug, inside);
        } catch (RuntimeException e) {
            machine.find(plug.outside()).ifPresent(made -> delete(made.index()));
            throw e;
        }
    }

    private void make(Plug plug, Socket socket, int namespace) {
        NewLink link = switch (socket) {
            case Socket.Bridge(int bridge, boolean _) -> {
                NewLink far = NewLink.end(plug.inside())
                        .withMac(plug.mac())
                        .withMtu(plug.mtu())
                        .inNamespace(namespace);
                yield NewLink.veth(plug.outside(), far)
                        .withMaster(bridge)
                        .withMtu(plug.mtu())
                        .asUp();
            }
            case Socket.Parent(int parent, NewLink.Mode mode) ->
                onParent(plug, parent, mode).inNamespace(namespace);
        };
        machine.add(link);
        if (socket instanceof Socket.Bridge port) {
            boolean hairpin = translatesInBridges();
            if (hairpin || port.isolated()) {
                Links.PortOptions options = new Links.PortOptions(hairpin, port.isolated(), true, true);
                machine.port(machine.get(plug.outside()).index(), options);
            }
        }
    }

    /**
     * Whether frames are translated within bridges, by br_netfilter, which another program loaded: then a container gets to
     * its own published port only where the bridge sends back to where a frame came from.
     */
    private static boolean translatesInBridges() {
        try {
            return Files.readString(BRIDGE_FILTER).startsWith("1");
        } catch (IOException e) {
            return false; // it is not loaded
        }
    }

    private static NewLink onParent(Plug plug, int parent, NewLink.Mode mode) {
        NewLink link = mode.ipvlan()
                ? NewLink.ipvlan(plug.inside(), parent, mode)
                : NewLink.macvlan(plug.inside(), parent, mode).withMac(plug.mac());
        return link.withMtu(plug.mtu());
    }

    private static void configure(Plug plug, NetlinkSocket inside) {
        Links links = new Links(inside);
        int index = links.get(plug.inside()).index();
        if (!plug.ipv6()) {
            links.withoutLinkLocal(index);
        }
        ondol.linux.netlink.Addresses addresses = new ondol.linux.netlink.Addresses(inside);
        for (Prefix address : plug.addresses()) {
            addresses.add(index, address);
        }
        links.up(index);
        Routes routes = new Routes(inside);
        for (InetAddress gateway : plug.gateways()) {
            routes.add(Route.byDefault(gateway, index));
        }
        for (Plug.Route route : plug.routes()) {
            routes.add(new Route(route.destination(), route.gateway(), index, 0));
        }
    }

    /** A name for one more link of a container: the prefix and the lowest number that is free. */
    public String freeName(String prefix, int namespace) {
        try (NetlinkSocket inside = NetlinkSocket.inNamespace(namespace)) {
            Set<String> taken = new HashSet<>();
            new Links(inside).list().forEach(link -> taken.add(link.name()));
            int number = 0;
            while (taken.contains(prefix + number)) {
                number++;
            }
            return prefix + number;
        }
    }

    /** Takes a link away from a container that goes on, found by its hardware address; nothing is done where it has none. */
    public void unplug(Plug plug, int namespace) {
        try (NetlinkSocket inside = NetlinkSocket.inNamespace(namespace)) {
            Links links = new Links(inside);
            for (Link link : links.list()) {
                if (link.mac().equals(plug.mac())) {
                    links.delete(link.index());
                }
            }
        }
    }

    /** Has a container's default routes lead by these next hops, and by no others. */
    public void routeBy(List<InetAddress> gateways, int namespace) {
        try (NetlinkSocket inside = NetlinkSocket.inNamespace(namespace)) {
            Routes routes = new Routes(inside);
            Set<InetAddress> there = new HashSet<>();
            for (Route route : routes.list()) {
                InetAddress gateway = route.gateway();
                if (route.destination().length() == 0 && gateway != null) {
                    if (gateways.contains(gateway)) {
                        there.add(gateway);
                    } else {
                        routes.delete(route);
                    }
                }
            }
            for (InetAddress gateway : gateways) {
                if (!there.contains(gateway)) {
                    routes.add(Route.byDefault(gateway, 0));
                }
            }
        }
    }

    private void delete(int index) {
        try {
            machine.delete(index);
        } catch (KernelException e) {
            if (e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
    }
}
