package ondol.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import ondol.linux.Errno;
import ondol.linux.KernelException;

/**
 * The network interfaces of a socket's namespace ({@code man 7 rtnetlink}, {@code RTM_NEWLINK} and its neighbours). All
 * methods throw {@link KernelException} where the kernel refuses: {@code ENODEV} for an interface that is not there,
 * {@code EEXIST} for a name that is taken, {@code EOPNOTSUPP} for a kind that the kernel does not have.
 */
public final class Links {
    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINK = 5;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_STATS64 = 23;
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_NUM_TX_QUEUES = 31;
    private static final int IFLA_NUM_RX_QUEUES = 32;
    private static final int IFLA_GSO_IPV4_MAX_SIZE = 63;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final byte IN6_ADDR_GEN_MODE_NONE = 1;
    private static final int IFLA_LINK_NETNSID = 37;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int IFLA_INFO_SLAVE_KIND = 4;
    private static final int IFLA_INFO_SLAVE_DATA = 5;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFLA_MACVLAN_MODE = 1;
    private static final int IFLA_IPVLAN_MODE = 1;
    private static final int IFLA_BR_STP_STATE = 5;
    private static final int IFLA_BR_VLAN_FILTERING = 7;
    private static final int IFLA_BR_MCAST_SNOOPING = 23;
    private static final int IFLA_BRPORT_MODE = 4;
    private static final int IFLA_BRPORT_LEARNING = 8;
    private static final int IFLA_BRPORT_UNICAST_FLOOD = 9;
    private static final int IFLA_BRPORT_ISOLATED = 33;

    private static final int IFF_UP = 0x1;
    private static final int IFF_LOWER_UP = 0x10000;
    private static final int BODY = 16;

    /** {@code struct rtnl_link_stats64}, as far as it goes here: eight numbers of eight bytes. */
    private static final int STATISTICS = 64;

    private final NetlinkSocket socket;

    public Links(NetlinkSocket socket) {
        this.socket = socket;
    }

    /** Every interface, by index. */
    public List<Link> list() {
        Request request = body(new Request("getlink", "all", RTM_GETLINK, 0), 0, 0, 0);
        return socket.list(request).stream().map(Links::link).toList();
    }

    /** The interface of this name. */
    public Link get(String name) {
        LinkNames.check(name);
        return one(body(new Request("getlink", name, RTM_GETLINK, 0), 0, 0, 0).attribute(IFLA_IFNAME, name));
    }

    /** The interface of this number. */
    public Link get(int index) {
        return one(body(new Request("getlink", "index " + index, RTM_GETLINK, 0), index, 0, 0));
    }

    /** The interface of this name, if it is there. */
    public Optional<Link> find(String name) {
        try {
            return Optional.of(get(name));
        } catch (KernelException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Makes an interface; for a veth both ends at once, each in its namespace. A veth cannot be on before it has two
     * ends, so its near end is switched on by a second message, and its far end by whoever is there.
     */
    public void add(NewLink link) {
        for (Request request : adding(link)) {
            socket.request(request);
        }
    }

    static List<Request> adding(NewLink link) {
        String shown = link.kind() + " " + link.name();
        Request request = new Request("newlink", shown, RTM_NEWLINK, Request.CREATE_NEW);
        NewLink peer = link.peer();
        if (peer != null && peer.index() != 0 && link.index() == 0) {
            throw new IllegalArgumentException(
                    "the kernel gives %s no number of its own where %s has none".formatted(peer.name(), link.name()));
        }
        describe(request, link, link.up() && peer == null);
        request.nested(IFLA_LINKINFO, () -> {
            request.attribute(IFLA_INFO_KIND, link.kind());
            if (peer != null) {
                request.nested(
                        IFLA_INFO_DATA, () -> request.nested(VETH_INFO_PEER, () -> describe(request, peer, false)));
            } else if (link.mode() != null) {
                int mode = link.mode().number();
                request.nested(IFLA_INFO_DATA, () -> mode(request, link.kind(), mode));
            }
        });
        return link.up() && peer != null ? List.of(request, switchingOn(link.name())) : List.of(request);
    }

    private static Request mode(Request request, String kind, int mode) {
        if (kind.equals("macvlan")) {
            return request.attribute(IFLA_MACVLAN_MODE, mode);
        }
        return request.attribute(
                IFLA_IPVLAN_MODE,
                ByteBuffer.allocate(2)
                        .order(ByteOrder.nativeOrder())
                        .putShort((short) mode)
                        .array());
    }

    static Request switchingOn(String name) {
        return body(new Request("newlink", name + " up", RTM_NEWLINK, 0), 0, IFF_UP, IFF_UP)
                .attribute(IFLA_IFNAME, name);
    }

    static Request switching(int index, boolean on) {
        String shown = "index " + index + (on ? " up" : " down");
        return body(new Request("newlink", shown, RTM_NEWLINK, 0), index, on ? IFF_UP : 0, IFF_UP);
    }

    /** Removes an interface; a veth's far end goes with it. */
    public void delete(int index) {
        socket.request(body(new Request("dellink", "index " + index, RTM_DELLINK, 0), index, 0, 0));
    }

    /** Switches an interface on. */
    public void up(int index) {
        socket.request(switching(index, true));
    }

    /** Switches an interface off. */
    public void down(int index) {
        socket.request(switching(index, false));
    }

    /**
     * Has an interface make no IPv6 addresses of its own: it needs neither to announce nor to test them. Nothing is done
     * where the kernel has no IPv6.
     */
    public void withoutLinkLocal(int index) {
        socket.request(notLinkLocal(index));
    }

    static Request notLinkLocal(int index) {
        Request request =
                body(new Request("newlink", "index " + index + " without link-local", RTM_NEWLINK, 0), index, 0, 0);
        byte[] none = {IN6_ADDR_GEN_MODE_NONE};
        return request.nested(
                        IFLA_AF_SPEC,
                        () -> request.nested(Family.AF_INET6, () -> request.attribute(IFLA_INET6_ADDR_GEN_MODE, none)))
                .tolerating(Errno.EAFNOSUPPORT, Errno.ENOTSUP);
    }

    /** Sets the largest packet, in bytes. */
    public void mtu(int index, int bytes) {
        change(index, "mtu " + bytes, request -> request.attribute(IFLA_MTU, bytes));
    }

    /**
     * Sets how much TCP hands over in one piece, in bytes, as {@link NewLink#withGso}.
     *
     * @throws KernelException EINVAL where it is more than the link takes, as a bridge without ports does
     */
    public void gso(int index, int bytes) {
        socket.request(sizing(index, bytes));
    }

    static Request sizing(int index, int bytes) {
        return changing(index, "gso " + bytes).attribute(IFLA_GSO_IPV4_MAX_SIZE, bytes);
    }

    /** How much TCP hands over in one piece, in bytes; 0 where the kernel does not say. */
    public int gso(int index) {
        return one(index).u32(IFLA_GSO_IPV4_MAX_SIZE, 0);
    }

    /** Sets the hardware address, such as {@code 02:42:ac:11:00:02}. */
    public void mac(int index, String address) {
        byte[] six = LinkNames.mac(address);
        change(index, "mac " + address, request -> request.attribute(IFLA_ADDRESS, six));
    }

    /** Makes an interface a port of a bridge; 0 takes it out. */
    public void master(int index, int bridge) {
        change(index, "master " + bridge, request -> request.attribute(IFLA_MASTER, bridge));
    }

    /**
     * How a bridge works.
     *
     * @param stp whether it takes part in the spanning tree protocol; off in a new bridge
     * @param vlanFiltering whether it looks at VLAN tags; off in a new bridge
     * @param multicastSnooping whether it sends multicasts only where somebody listens; on in a new bridge
     */
    public record BridgeOptions(boolean stp, boolean vlanFiltering, boolean multicastSnooping) {}

    /** Sets how a bridge works. */
    public void bridge(int index, BridgeOptions options) {
        boolean otherFiltering = options(index).vlanFiltering != options.vlanFiltering;
        change(
                index,
                options.toString(),
                request -> request.nested(IFLA_LINKINFO, () -> {
                    request.attribute(IFLA_INFO_KIND, "bridge");
                    request.nested(IFLA_INFO_DATA, () -> {
                        request.attribute(IFLA_BR_STP_STATE, options.stp ? 1 : 0);
                        if (otherFiltering) {
                            // kernels without it refuse to be told so, even to leave it off
                            request.attribute(IFLA_BR_VLAN_FILTERING, bit(options.vlanFiltering));
                        }
                        request.attribute(IFLA_BR_MCAST_SNOOPING, bit(options.multicastSnooping));
                    });
                }));
    }

    /** How a bridge works. */
    public BridgeOptions options(int index) {
        Reply.Attributes bridge = one(index).nested(IFLA_LINKINFO).nested(IFLA_INFO_DATA);
        return new BridgeOptions(
                bridge.u32(IFLA_BR_STP_STATE, 0) != 0,
                isSet(bridge, IFLA_BR_VLAN_FILTERING),
                isSet(bridge, IFLA_BR_MCAST_SNOOPING));
    }

    /**
     * How a bridge treats one of its ports ({@code man 8 bridge}).
     *
     * @param hairpin whether what comes in by the port may leave by it; off in a new one
     * @param isolated whether it reaches only ports that are not isolated; off in a new one
     * @param learning whether the bridge learns addresses from it; on in a new one
     * @param flood whether it gets what goes to addresses that the bridge does not know; on in a new one
     */
    public record PortOptions(boolean hairpin, boolean isolated, boolean learning, boolean flood) {}

    /** Sets how its bridge treats a port. */
    public void port(int index, PortOptions options) {
        socket.request(treating(index, options));
    }

    static Request treating(int index, PortOptions options) {
        Request request = changing(index, options.toString());
        return request.nested(IFLA_LINKINFO, () -> {
            request.attribute(IFLA_INFO_SLAVE_KIND, "bridge");
            request.nested(IFLA_INFO_SLAVE_DATA, () -> {
                request.attribute(IFLA_BRPORT_MODE, bit(options.hairpin));
                request.attribute(IFLA_BRPORT_ISOLATED, bit(options.isolated));
                request.attribute(IFLA_BRPORT_LEARNING, bit(options.learning));
                request.attribute(IFLA_BRPORT_UNICAST_FLOOD, bit(options.flood));
            });
        });
    }

    /** How a port is treated. */
    public PortOptions port(int index) {
        Reply.Attributes port = one(index).nested(IFLA_LINKINFO).nested(IFLA_INFO_SLAVE_DATA);
        return new PortOptions(
                isSet(port, IFLA_BRPORT_MODE),
                isSet(port, IFLA_BRPORT_ISOLATED),
                isSet(port, IFLA_BRPORT_LEARNING),
                isSet(port, IFLA_BRPORT_UNICAST_FLOOD));
    }

    private static byte[] bit(boolean set) {
        return new byte[] {(byte) (set ? 1 : 0)};
    }

    private static boolean isSet(Reply.Attributes attributes, int type) {
        return attributes.payload(type, 1).get(0) != 0;
    }

    /** The ports of a bridge. */
    public List<Link> ports(int bridge) {
        return list().stream().filter(link -> link.master() == bridge).toList();
    }

    /** What an interface has received and sent. */
    public LinkStatistics statistics(int index) {
        return statistics(one(index));
    }

    /** As {@link #statistics(int)}; empty where there is no interface of this name. */
    public Optional<LinkStatistics> statistics(String name) {
        LinkNames.check(name);
        Request request =
                body(new Request("getlink", name, RTM_GETLINK, 0), 0, 0, 0).attribute(IFLA_IFNAME, name);
        try {
            return Optional.of(statistics(reply(request).attributes(BODY)));
        } catch (KernelException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** What every interface has received and sent, by index. */
    public Map<Integer, LinkStatistics> statistics() {
        Map<Integer, LinkStatistics> statistics = new LinkedHashMap<>();
        for (Reply reply : socket.list(body(new Request("getlink", "all", RTM_GETLINK, 0), 0, 0, 0))) {
            statistics.put(reply.payload().getInt(4), statistics(reply.attributes(BODY)));
        }
        return statistics;
    }

    private static LinkStatistics statistics(Reply.Attributes link) {
        LongBuffer numbers = link.payload(IFLA_STATS64, STATISTICS).asLongBuffer();
        return new LinkStatistics(
                numbers.get(2),
                numbers.get(0),
                numbers.get(4),
                numbers.get(6),
                numbers.get(3),
                numbers.get(1),
                numbers.get(5),
                numbers.get(7));
    }

    /** Gives an interface another name; most kernels want it off. */
    public void rename(int index, String name) {
        LinkNames.check(name);
        change(index, "name " + name, request -> request.attribute(IFLA_IFNAME, name));
    }

    /**
     * Moves an interface into another network namespace, where it is off and without addresses.
     *
     * @param namespace a descriptor of it
     */
    public void move(int index, int namespace) {
        change(index, "to another namespace", request -> request.attribute(IFLA_NET_NS_FD, namespace));
    }

    private void change(int index, String what, UnaryOperator<Request> attributes) {
        socket.request(attributes.apply(changing(index, what)));
    }

    private static Request changing(int index, String what) {
        return body(new Request("newlink", "index " + index + " " + what, RTM_NEWLINK, 0), index, 0, 0);
    }

    private Reply.Attributes one(int index) {
        return reply(body(new Request("getlink", "index " + index, RTM_GETLINK, 0), index, 0, 0))
                .attributes(BODY);
    }

    private Link one(Request request) {
        return link(reply(request));
    }

    private Reply reply(Request request) {
        List<Reply> replies = socket.request(request);
        if (replies.isEmpty()) {
            throw new KernelException("netlink getlink", request.shown(), Errno.ENODEV);
        }
        return replies.getFirst();
    }

    private static void describe(Request request, NewLink link, boolean up) {
        int flags = up ? IFF_UP : 0;
        body(request, link.index(), flags, flags).attribute(IFLA_IFNAME, link.name());
        if (link.mtu() != 0) {
            request.attribute(IFLA_MTU, link.mtu());
        }
        String mac = link.mac();
        if (mac != null) {
            request.attribute(IFLA_ADDRESS, LinkNames.mac(mac));
        }
        if (link.master() != 0) {
            request.attribute(IFLA_MASTER, link.master());
        }
        if (link.parent() != 0) {
            request.attribute(IFLA_LINK, link.parent());
        }
        if (link.namespace() >= 0) {
            request.attribute(IFLA_NET_NS_FD, link.namespace());
        }
        if (link.gso() != 0) {
            request.attribute(IFLA_GSO_IPV4_MAX_SIZE, link.gso());
        }
        if (link.kind().equals("veth")) {
            // of its own accord the kernel makes some per processor, and a folder in sysfs for each; what passes a veth
            // goes by none of them
            request.attribute(IFLA_NUM_TX_QUEUES, 1).attribute(IFLA_NUM_RX_QUEUES, 1);
        }
    }

    /** {@code struct ifinfomsg}. */
    private static Request body(Request request, int index, int flags, int change) {
        return request.u8(0).u8(0).u16(0).u32(index).u32(flags).u32(change);
    }

    private static Link link(Reply reply) {
        ByteBuffer body = reply.payload();
        Reply.Attributes attributes = reply.attributes(BODY);
        byte[] mac = attributes.bytes(IFLA_ADDRESS);
        int flags = body.getInt(8);
        return new Link(
                body.getInt(4),
                attributes.text(IFLA_IFNAME),
                (flags & IFF_UP) != 0,
                (flags & IFF_LOWER_UP) != 0,
                attributes.u32(IFLA_MTU, 0),
                mac == null ? "" : LinkNames.mac(mac),
                attributes.u32(IFLA_MASTER, 0),
                attributes.u32(IFLA_LINK, 0),
                attributes.u32(IFLA_LINK_NETNSID, -1),
                attributes.nested(IFLA_LINKINFO).text(IFLA_INFO_KIND));
    }
}
