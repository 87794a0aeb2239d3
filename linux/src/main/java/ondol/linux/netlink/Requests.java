package ondol.linux.netlink;

import java.net.InetAddress;
import java.util.List;

/**
 * Changes as messages, for whoever sends many at once ({@link NetlinkSocket#requests}) or from elsewhere ({@link
 * Request#message}). {@link Links}, {@link Addresses}, {@link Routes} and {@link Neighbours} make the same ones one by one.
 *
 * <pre>{@code
 * socket.requests(List.of(
 *         Requests.up(1),
 *         Requests.address(index, Prefix.parse("172.17.0.2/16")),
 *         Requests.up(index),
 *         Requests.route(Route.byDefault(gateway, index))));
 * }</pre>
 */
public final class Requests {
    private Requests() {}

    /** Makes an interface, as {@link Links#add}: two messages for a veth that is switched on. */
    public static List<Request> add(NewLink link) {
        return Links.adding(link);
    }

    /** Switches an interface on. */
    public static Request up(int link) {
        return Links.switching(link, true);
    }

    /** Switches the interface of this name on, whatever its index will be. */
    public static Request up(String link) {
        LinkNames.check(link);
        return Links.switchingOn(link);
    }

    /** Has an interface make no IPv6 addresses of its own, as {@link Links#withoutLinkLocal}. */
    public static Request withoutLinkLocal(int link) {
        return Links.notLinkLocal(link);
    }

    /** Sets how much TCP hands over in one piece, as {@link Links#gso(int, int)}. */
    public static Request gso(int link, int bytes) {
        return Links.sizing(link, bytes);
    }

    /** Sets how its bridge treats a port. */
    public static Request port(int link, Links.PortOptions options) {
        return Links.treating(link, options);
    }

    /** Gives an interface an address. */
    public static Request address(int link, Prefix address) {
        return Addresses.adding(link, address);
    }

    /** Adds a route. */
    public static Request route(Routes.Route route) {
        return Routes.adding(route);
    }

    /** Sets the hardware address behind an address. */
    public static Request neighbour(int link, InetAddress address, String mac) {
        return Neighbours.set(link, address, LinkNames.mac(mac));
    }
}
