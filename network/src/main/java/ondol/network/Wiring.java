package ondol.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import ondol.linux.Errno;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NewLink;
import ondol.linux.netlink.Request;
import ondol.linux.netlink.Requests;
import ondol.linux.netlink.Routes;
import ondol.linux.netlink.Routes.Route;

/**
 * Plugs containers into networks: the one place where a link between the machine and a container is made. All that it
 * makes goes with the container's namespace.
 */
public final class Wiring {
    private static final String BRIDGE_FILTER = "/proc/sys/net/bridge/bridge-nf-call-iptables";

    /** Numbers of links that the kernel itself comes to after thousands of containers. */
    private static final int FIRST = 1 << 20;

    private static final int LAST = 1 << 30;
    private static final int TRIES = 8;
    private static final int LOOPBACK = 1;

    private final NetlinkSocket socketOfMachine;
    private final Links machine;
    private final AtomicInteger number;

    /** Wires in the network namespace of this socket. */
    public Wiring(NetlinkSocket socket) {
        this.socketOfMachine = socket;
        this.machine = new Links(socket);
        // several engines on one machine do not meet
        this.number = new AtomicInteger(ThreadLocalRandom.current().nextInt(FIRST, LAST));
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
        int index = make(plug, socket, namespace);
        try (NetlinkSocket inside = NetlinkSocket.inNamespace(namespace)) {
            configure(plug, index, inside);
        } catch (RuntimeException e) {
            machine.find(plug.outside()).ifPresent(made -> delete(made.index()));
            throw e;
        }
    }

    /** Makes the link, and gives the number that its end in the container has: one of our choice, so nobody has to ask. */
    private int make(Plug plug, Socket socket, int namespace) {
        for (int tries = 0; ; tries++) {
            int index = number.getAndUpdate(last -> last >= LAST ? FIRST : last + 2);
            try {
                socketOfMachine.requests(requests(plug, socket, namespace, index));
                return inside(index);
            } catch (KernelException e) {
                if (tries == TRIES || (e.errno() != Errno.EEXIST && e.errno() != Errno.EBUSY)) {
                    throw e;
                }
                // its name is an earlier run's, which the kernel has not taken away yet; or its number is taken
                machine.find(plug.outside()).ifPresent(old -> delete(old.index()));
            }
        }
    }

    /**
     * The number inside, next to the one on the machine. Not the same: a link whose peer has its own number is not taken for
     * a pair, and the kernel takes up to a second to see that there is a wire in it (linkwatch).
     */
    private static int inside(int outside) {
        return outside + 1;
    }

    private static List<Request> requests(Plug plug, Socket socket, int namespace, int index) {
        return switch (socket) {
            case Socket.Parent(int parent, NewLink.Mode mode) ->
                Requests.add(
                        onParent(plug, parent, mode).withIndex(inside(index)).inNamespace(namespace));
            case Socket.Bridge(int bridge, boolean isolated) -> {
                NewLink far = NewLink.end(plug.inside())
                        .withIndex(inside(index))
                        .withMac(plug.mac())
                        .withMtu(plug.mtu())
                        .withGso(plug.gso())
                        .inNamespace(namespace);
                NewLink near = NewLink.veth(plug.outside(), far)
                        .withIndex(index)
                        .withMaster(bridge)
                        .withMtu(plug.mtu())
                        .withGso(plug.gso());
                List<Request> requests = new ArrayList<>(Requests.add(near));
                requests.add(Requests.withoutLinkLocal(index)); // it is the bridge that has addresses
                requests.add(Requests.up(index));
                if (plug.gso() != 0) {
                    requests.add(Requests.gso(bridge, plug.gso())); // a bridge takes as much as its ports do
                }
                boolean hairpin = translatesInBridges();
                if (hairpin || isolated) {
                    requests.add(Requests.port(index, new Links.PortOptions(hairpin, isolated, true, true)));
                }
                yield requests;
            }
        };
    }

    /**
     * Whether frames are translated within bridges, by br_netfilter, which another program loaded: then a container gets to
     * its own published port only where the bridge sends back to where a frame came from.
     */
    private static boolean translatesInBridges() {
        return Files.readSetting(BRIDGE_FILTER).equals("1"); // it is not there where br_netfilter is not loaded
    }

    private static NewLink onParent(Plug plug, int parent, NewLink.Mode mode) {
        NewLink link = mode.ipvlan()
                ? NewLink.ipvlan(plug.inside(), parent, mode)
                : NewLink.macvlan(plug.inside(), parent, mode).withMac(plug.mac());
        return link.withMtu(plug.mtu());
    }

    private static void configure(Plug plug, int index, NetlinkSocket inside) {
        List<Request> requests = new ArrayList<>();
        if (!plug.ipv6()) {
            requests.add(Requests.withoutLinkLocal(index));
        }
        plug.addresses().forEach(address -> requests.add(Requests.address(index, address)));
        requests.add(Requests.up(LOOPBACK)); // the process has not come to it yet, and names are answered there
        requests.add(Requests.up(index));
        plug.gateways().forEach(gateway -> requests.add(Requests.route(Route.byDefault(gateway, index))));
        for (Plug.Route route : plug.routes()) {
            requests.add(Requests.route(new Route(route.destination(), route.gateway(), index, 0)));
        }
        inside.requests(requests);
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
