package ondol.linux.netlink;

import java.nio.ByteBuffer;
import java.util.List;
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
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final byte IN6_ADDR_GEN_MODE_NONE = 1;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFLA_MACVLAN_MODE = 1;
    private static final int MACVLAN_MODE_BRIDGE = 4;

    private static final int IFF_UP = 0x1;
    private static final int IFF_LOWER_UP = 0x10000;
    private static final int BODY = 16;

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
        String shown = link.kind() + " " + link.name();
        Request request = new Request("newlink", shown, RTM_NEWLINK, Request.CREATE_NEW);
        NewLink peer = link.peer();
        describe(request, link, link.up() && peer == null);
        socket.request(request.nested(IFLA_LINKINFO, () -> {
            request.attribute(IFLA_INFO_KIND, link.kind());
            if (peer != null) {
                request.nested(
                        IFLA_INFO_DATA, () -> request.nested(VETH_INFO_PEER, () -> describe(request, peer, false)));
            } else if (link.kind().equals("macvlan")) {
                request.nested(IFLA_INFO_DATA, () -> request.attribute(IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE));
            }
        }));
        if (link.up() && peer != null) {
            socket.request(body(new Request("newlink", shown + " up", RTM_NEWLINK, 0), 0, IFF_UP, IFF_UP)
                    .attribute(IFLA_IFNAME, link.name()));
        }
    }

    /** Removes an interface; a veth's far end goes with it. */
    public void delete(int index) {
        socket.request(body(new Request("dellink", "index " + index, RTM_DELLINK, 0), index, 0, 0));
    }

    /** Switches an interface on. */
    public void up(int index) {
        socket.request(body(new Request("newlink", "index " + index + " up", RTM_NEWLINK, 0), index, IFF_UP, IFF_UP));
    }

    /** Switches an interface off. */
    public void down(int index) {
        socket.request(body(new Request("newlink", "index " + index + " down", RTM_NEWLINK, 0), index, 0, IFF_UP));
    }

    /**
     * Has an interface make no IPv6 addresses of its own: it needs neither to announce nor to test them. Nothing is done
     * where the kernel has no IPv6.
     */
    public void withoutLinkLocal(int index) {
        Request request =
                body(new Request("newlink", "index " + index + " without link-local", RTM_NEWLINK, 0), index, 0, 0);
        byte[] none = {IN6_ADDR_GEN_MODE_NONE};
        try {
            socket.request(request.nested(
                    IFLA_AF_SPEC,
                    () -> request.nested(Family.AF_INET6, () -> request.attribute(IFLA_INET6_ADDR_GEN_MODE, none))));
        } catch (KernelException e) {
            if (e.errno() != Errno.EAFNOSUPPORT && e.errno() != Errno.ENOTSUP) {
                throw e;
            }
        }
    }

    /** Sets the largest packet, in bytes. */
    public void mtu(int index, int bytes) {
        change(index, "mtu " + bytes, request -> request.attribute(IFLA_MTU, bytes));
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
        Request request = new Request("newlink", "index " + index + " " + what, RTM_NEWLINK, 0);
        socket.request(attributes.apply(body(request, index, 0, 0)));
    }

    private Link one(Request request) {
        List<Reply> replies = socket.request(request);
        if (replies.isEmpty()) {
            throw new KernelException("netlink getlink", request.shown(), Errno.ENODEV);
        }
        return link(replies.getFirst());
    }

    private static void describe(Request request, NewLink link, boolean up) {
        int flags = up ? IFF_UP : 0;
        body(request, 0, flags, flags).attribute(IFLA_IFNAME, link.name());
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
                attributes.nested(IFLA_LINKINFO).text(IFLA_INFO_KIND));
    }
}
