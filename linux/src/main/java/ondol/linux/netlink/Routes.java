package ondol.linux.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The main routing table of a socket's namespace ({@code man 7 rtnetlink}, {@code RTM_NEWROUTE} and its neighbours). All
 * methods throw {@link ondol.linux.KernelException} where the kernel refuses: {@code EEXIST} for a route that is there,
 * {@code ESRCH} for one that is not, {@code ENETUNREACH} for a gateway that cannot be reached.
 */
public final class Routes {
    private static final int RTM_NEWROUTE = 24;
    private static final int RTM_DELROUTE = 25;
    private static final int RTM_GETROUTE = 26;

    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PRIORITY = 6;
    private static final int RTA_TABLE = 15;
    private static final int RT_TABLE_MAIN = 254;
    private static final int RTPROT_STATIC = 4;
    private static final int RT_SCOPE_UNIVERSE = 0;
    private static final int RT_SCOPE_LINK = 253;
    private static final int RT_SCOPE_NOWHERE = 255;
    private static final int RTN_UNICAST = 1;
    private static final int BODY = 12;

    private final NetlinkSocket socket;

    public Routes(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * Where packets go.
     *
     * @param destination {@link Prefix#ALL_IPV4} or {@link Prefix#ALL_IPV6} for a default route
     * @param gateway the next hop; null where the destination is on the link
     * @param link the interface's index; 0 where the gateway decides
     * @param metric the lowest wins; 0 for the kernel's own
     */
    public record Route(Prefix destination, @Nullable InetAddress gateway, int link, int metric) {
        /** A default route by this gateway. */
        public static Route byDefault(InetAddress gateway, int link) {
            Prefix all = Family.of(gateway) == Family.AF_INET ? Prefix.ALL_IPV4 : Prefix.ALL_IPV6;
            return new Route(all, gateway, link, 0);
        }
    }

    /** Every route of the main table, IPv4 and IPv6. */
    public List<Route> list() {
        List<Route> routes = new ArrayList<>();
        for (int family : new int[] {Family.AF_INET, Family.AF_INET6}) {
            Request request = new Request("getroute", "all", RTM_GETROUTE, 0);
            request.u8(family).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u32(0);
            for (Reply reply : socket.list(request)) {
                Reply.Attributes attributes = reply.attributes(BODY);
                ByteBuffer body = reply.payload();
                boolean unicast = body.get(7) == RTN_UNICAST;
                if (unicast && attributes.u32(RTA_TABLE, Byte.toUnsignedInt(body.get(4))) == RT_TABLE_MAIN) {
                    routes.add(route(family, Byte.toUnsignedInt(body.get(1)), attributes));
                }
            }
        }
        return routes;
    }

    /** Adds a route. */
    public void add(Route route) {
        socket.request(adding(route));
    }

    static Request adding(Route route) {
        int scope = route.gateway() == null ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
        return request("newroute", RTM_NEWROUTE, Request.CREATE_NEW, scope, route);
    }

    /** Removes a route. */
    public void delete(Route route) {
        socket.request(request("delroute", RTM_DELROUTE, 0, RT_SCOPE_NOWHERE, route));
    }

    /** {@code struct rtmsg} and where to. */
    private static Request request(String verb, int type, int flags, int scope, Route route) {
        Prefix destination = route.destination();
        InetAddress gateway = route.gateway();
        String by = gateway == null ? "" : " by " + gateway.getHostAddress();
        Request request = new Request(verb, destination + by, type, flags)
                .u8(destination.family())
                .u8(destination.length())
                .u8(0)
                .u8(0)
                .u8(RT_TABLE_MAIN)
                .u8(RTPROT_STATIC)
                .u8(scope)
                .u8(RTN_UNICAST)
                .u32(0);
        if (destination.length() > 0) {
            request.attribute(RTA_DST, destination.address().getAddress());
        }
        if (gateway != null) {
            request.attribute(RTA_GATEWAY, gateway.getAddress());
        }
        if (route.link() != 0) {
            request.attribute(RTA_OIF, route.link());
        }
        if (route.metric() != 0) {
            request.attribute(RTA_PRIORITY, route.metric());
        }
        return request;
    }

    private static Route route(int family, int length, Reply.Attributes attributes) {
        InetAddress destination = Family.address(attributes.bytes(RTA_DST));
        Prefix all = family == Family.AF_INET ? Prefix.ALL_IPV4 : Prefix.ALL_IPV6;
        return new Route(
                destination == null ? all : new Prefix(destination, length),
                Family.address(attributes.bytes(RTA_GATEWAY)),
                attributes.u32(RTA_OIF, 0),
                attributes.u32(RTA_PRIORITY, 0));
    }
}
