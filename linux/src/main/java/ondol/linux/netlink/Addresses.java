package ondol.linux.netlink;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses of a namespace's interfaces ({@code man 7 rtnetlink}, {@code RTM_NEWADDR} and its neighbours). All
 * methods throw {@link ondol.linux.KernelException} where the kernel refuses: {@code EEXIST} for an address that is there,
 * {@code EADDRNOTAVAIL} for one that is not.
 */
public final class Addresses {
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;

    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_BROADCAST = 4;
    private static final int IFA_F_NODAD = 0x02;
    private static final int BODY = 8;

    private final NetlinkSocket socket;

    public Addresses(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * An address of an interface.
     *
     * @param link the interface's index
     */
    public record Address(int link, Prefix prefix) {}

    /** Every address of every interface. */
    public List<Address> list() {
        Request request = new Request("getaddr", "all", RTM_GETADDR, 0);
        request.u8(0).u8(0).u8(0).u8(0).u32(0);
        List<Address> addresses = new ArrayList<>();
        for (Reply reply : socket.list(request)) {
            ByteBuffer body = reply.payload();
            Reply.Attributes attributes = reply.attributes(BODY);
            // of a point-to-point interface IFA_ADDRESS is the far end; IPv6 has no IFA_LOCAL
            InetAddress local = Family.address(attributes.bytes(IFA_LOCAL));
            InetAddress address = local != null ? local : Family.address(attributes.bytes(IFA_ADDRESS));
            if (address != null) {
                addresses.add(new Address(body.getInt(4), new Prefix(address, Byte.toUnsignedInt(body.get(1)))));
            }
        }
        return addresses;
    }

    /** The addresses of one interface. */
    public List<Prefix> list(int link) {
        return list().stream()
                .filter(address -> address.link() == link)
                .map(Address::prefix)
                .toList();
    }

    /** Gives an interface an address. IPv6 does not wait to see whether another has it, so it can be used at once. */
    public void add(int link, Prefix prefix) {
        socket.request(adding(link, prefix));
    }

    static Request adding(int link, Prefix prefix) {
        Request request = request("newaddr", RTM_NEWADDR, Request.CREATE_NEW, link, prefix);
        if (prefix.address() instanceof Inet4Address && prefix.length() < 31) {
            request.attribute(IFA_BROADCAST, broadcast(prefix));
        }
        return request;
    }

    /** Takes an address from an interface. */
    public void delete(int link, Prefix prefix) {
        socket.request(request("deladdr", RTM_DELADDR, 0, link, prefix));
    }

    /** {@code struct ifaddrmsg} and the address. */
    private static Request request(String verb, int type, int flags, int link, Prefix prefix) {
        byte[] address = prefix.address().getAddress();
        int noWaiting = address.length == 16 ? IFA_F_NODAD : 0;
        return new Request(verb, prefix + " on index " + link, type, flags)
                .u8(prefix.family())
                .u8(prefix.length())
                .u8(noWaiting)
                .u8(0)
                .u32(link)
                .attribute(IFA_LOCAL, address)
                .attribute(IFA_ADDRESS, address);
    }

    private static byte[] broadcast(Prefix prefix) {
        byte[] bytes = prefix.address().getAddress();
        int hosts = prefix.length() == 0 ? -1 : (1 << (32 - prefix.length())) - 1;
        int all = ByteBuffer.wrap(bytes).getInt() | hosts;
        return ByteBuffer.allocate(4).putInt(all).array();
    }
}
