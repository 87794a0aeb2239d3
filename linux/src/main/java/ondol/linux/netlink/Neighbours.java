package ondol.linux.netlink;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Which hardware address is behind an address, of the interfaces in a socket's namespace ({@code man 7 rtnetlink}, {@code
 * RTM_NEWNEIGH} and its neighbours; {@code man 8 ip-neighbour}).
 */
public final class Neighbours {
    private static final int RTM_NEWNEIGH = 28;
    private static final int RTM_DELNEIGH = 29;
    private static final int RTM_GETNEIGH = 30;
    private static final int NLM_F_REPLACE = 0x100;
    private static final int NLM_F_CREATE = 0x400;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    private static final int NUD_PERMANENT = 0x80;
    private static final int NUD_NOARP = 0x40;
    private static final int BODY = 12;

    private final NetlinkSocket socket;

    public Neighbours(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * A neighbour.
     *
     * @param link the index of the interface that it is behind
     * @param mac such as {@code 02:42:ac:11:00:02}
     * @param permanent whether it was set, rather than asked for on the link
     */
    public record Neighbour(int link, InetAddress address, String mac, boolean permanent) {}

    /** All that have a hardware address. */
    public List<Neighbour> list() {
        List<Neighbour> neighbours = new ArrayList<>();
        for (int family : new int[] {Family.AF_INET, Family.AF_INET6}) {
            Request request = body(new Request("getneigh", "all", RTM_GETNEIGH, 0), family, 0, 0);
            for (Reply reply : socket.list(request)) {
                ByteBuffer body = reply.payload();
                Reply.Attributes attributes = reply.attributes(BODY);
                InetAddress address = Family.address(attributes.bytes(NDA_DST));
                byte[] mac = attributes.bytes(NDA_LLADDR);
                int state = Short.toUnsignedInt(body.getShort(8));
                if (address != null && mac != null && (state & NUD_NOARP) == 0) {
                    boolean permanent = (state & NUD_PERMANENT) != 0;
                    neighbours.add(new Neighbour(body.getInt(4), address, LinkNames.mac(mac), permanent));
                }
            }
        }
        return neighbours;
    }

    /** Sets the hardware address behind an address, whatever was known before; nobody is asked for it any more. */
    public void set(int link, InetAddress address, String mac) {
        socket.request(Requests.neighbour(link, address, mac));
    }

    /** Forgets an address. */
    public void delete(int link, InetAddress address) {
        socket.request(request("delneigh", RTM_DELNEIGH, 0, link, address));
    }

    static Request set(int link, InetAddress address, byte[] mac) {
        return request("newneigh", RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, link, address)
                .attribute(NDA_LLADDR, mac);
    }

    private static Request request(String verb, int type, int flags, int link, InetAddress address) {
        String shown = address.getHostAddress() + " on index " + link;
        return body(new Request(verb, shown, type, flags), Family.of(address), link, NUD_PERMANENT)
                .attribute(NDA_DST, address.getAddress());
    }

    /** {@code struct ndmsg}. */
    private static Request body(Request request, int family, int link, int state) {
        return request.u8(family).u8(0).u16(0).u32(link).u16(state).u8(0).u8(0);
    }
}
