package ondol.network;

import java.net.InetAddress;
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
    private final Links machine;

    /** Wires in the network namespace of this socket. */
    public Wiring(NetlinkSocket socket) {
        this.machine = new Links(socket);
    }

    /** Where a plug goes. */
    public sealed interface Socket {
        /** A port of a bridge: its index. */
        record Bridge(int index) implements Socket {}

        /** A link of its own on one of the machine's. */
        record Parent(String kind, String mode, int index) implements Socket {}
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
            case Socket.Bridge(int bridge) -> {
                NewLink far = NewLink.end(plug.inside())
                        .withMac(plug.mac())
                        .withMtu(plug.mtu())
                        .inNamespace(namespace);
                yield NewLink.veth(plug.outside(), far)
                        .withMaster(bridge)
                        .withMtu(plug.mtu())
                        .asUp();
            }
            case Socket.Parent(String kind, String mode, int parent) ->
                throw new NetworkException(
                        NetworkException.Reason.UNSUPPORTED,
                        kind + " networks cannot be used yet, mode " + mode + parent);
        };
        machine.add(link);
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

    /** Takes a link away from a container that goes on; nothing is done where there is none. */
    public void unplug(Plug plug, int namespace) {
        try (NetlinkSocket inside = NetlinkSocket.inNamespace(namespace)) {
            Links links = new Links(inside);
            links.find(plug.inside()).map(Link::index).ifPresent(links::delete);
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
