package ondol.network;

import java.net.InetAddress;
import java.util.List;
import ondol.linux.netlink.Prefix;
import org.jspecify.annotations.Nullable;

/**
 * One end of a network in a container: what is made when the container starts, or is connected.
 *
 * @param outside the link's name on the machine, at most 15 bytes; it goes with the container's namespace
 * @param inside the link's name in the container, such as {@code eth0}
 * @param mac as {@code 02:42:ac:11:00:02}
 * @param mtu in bytes; 0 for the kernel's own
 * @param gso see {@link ondol.linux.netlink.NewLink}
 * @param addresses with the subnet's lengths
 * @param gateways next hops of default routes; empty where another network has those
 * @param routes further routes of the container
 */
public record Plug(
        String outside,
        String inside,
        String mac,
        int mtu,
        int gso,
        List<Prefix> addresses,
        List<InetAddress> gateways,
        List<Route> routes) {

    /**
     * A route that a container has beside the default ones.
     *
     * @param gateway the next hop; null where the destination is on the link
     */
    public record Route(Prefix destination, @Nullable InetAddress gateway) {}

    boolean ipv6() {
        return addresses.stream().anyMatch(prefix -> !Addresses.ipv4(prefix.address()));
    }
}
