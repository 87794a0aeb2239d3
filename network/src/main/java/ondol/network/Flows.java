package ondol.network;

import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.netlink.Connections;
import ondol.linux.netlink.Connections.Connection;
import ondol.linux.netlink.Connections.End;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.nftables.Packet;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel remembers of datagrams to published ports. Where a packet goes is decided with the first of a flow; a
 * client that goes on sending from one port would reach the container that had the port before, or nobody, for as long as it
 * does not pause. So what is remembered of a port is forgotten when the port changes hands.
 */
public final class Flows implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Flows.class.getName());

    private final @Nullable NetlinkSocket socket;
    private final @Nullable Connections connections;
    private final ondol.linux.netlink.Addresses addresses;

    private Flows(@Nullable NetlinkSocket socket, NetlinkSocket links) {
        this.socket = socket;
        this.connections = socket == null ? null : new Connections(socket);
        this.addresses = new ondol.linux.netlink.Addresses(links);
    }

    /**
     * The flows of the calling thread's network namespace; none where the kernel has no netfilter, which is what follows
     * flows.
     *
     * @param links a socket in the same namespace
     */
    public static Flows open(NetlinkSocket links) {
        try {
            return new Flows(NetlinkSocket.open(NetlinkSocket.Protocol.NETFILTER), links);
        } catch (KernelException e) {
            if (e.errno() != Errno.EPROTONOSUPPORT) {
                throw e;
            }
            return new Flows(null, links);
        }
    }

    /** These ports lead somewhere from now on: what leads elsewhere is forgotten. */
    public void published(Collection<Firewall.Port> ports) {
        forget(ports, true);
    }

    /** These ports lead nowhere any more. */
    public void withdrawn(Collection<Firewall.Port> ports) {
        forget(ports, false);
    }

    private void forget(Collection<Firewall.Port> ports, boolean published) {
        List<Firewall.Port> datagrams =
                ports.stream().filter(port -> port.protocol() == Packet.UDP).toList();
        if (datagrams.isEmpty() || connections == null) {
            return;
        }
        try {
            Set<InetAddress> own = new HashSet<>();
            addresses.list().forEach(address -> own.add(address.prefix().address()));
            for (Connection one : connections.list()) {
                InetAddress to = one.to().address();
                if (one.protocol() == Packet.UDP
                        && (own.contains(to) || to.isLoopbackAddress())
                        && datagrams.stream().anyMatch(port -> stale(port, one, published))) {
                    connections.delete(one);
                }
            }
        } catch (KernelException e) {
            LOG.log(Level.DEBUG, "what is remembered of datagrams stays until it is old: {0}", e.getMessage());
        }
    }

    private static boolean stale(Firewall.Port port, Connection one, boolean published) {
        InetAddress to = one.to().address();
        boolean here = port.host().isAnyLocalAddress()
                ? Addresses.ipv4(port.host()) == Addresses.ipv4(to)
                : port.host().equals(to);
        boolean right = one.by().equals(new End(port.container(), port.containerPort()));
        return here && one.to().port() == port.hostPort() && !(published && right);
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
