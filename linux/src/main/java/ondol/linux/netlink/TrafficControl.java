package ondol.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ondol.linux.Errno;
import ondol.linux.KernelException;

/**
 * Queues and their speed, of the interfaces in a socket's namespace ({@code man 8 tc}, {@code linux/pkt_sched.h}, {@code
 * linux/pkt_cls.h}). What leaves an interface is shaped by a tbf or an htb at its {@link #ROOT}; what comes in is sent
 * through an ifb ({@code NewLink.of("ifb", name)}) by {@link #ingress} and {@link #redirect}, and shaped at the ifb's root.
 *
 * <pre>{@code
 * TrafficControl tc = new TrafficControl(socket);
 * tc.tbf(veth, TrafficControl.ROOT, TrafficControl.handle(1, 0), Shape.of(12_500_000)); // 100 Mbit/s out of it
 * tc.ingress(veth);
 * tc.redirect(veth, ifb);
 * tc.tbf(ifb, TrafficControl.ROOT, TrafficControl.handle(1, 0), Shape.of(1_250_000));   // 10 Mbit/s into it
 * }</pre>
 *
 * <p>All methods throw {@link KernelException} where the kernel refuses: {@code ENODEV} for an interface that is not there,
 * {@code ENOENT} for a kind of queue that the kernel does not have, and for what is not there to be deleted.
 */
public final class TrafficControl {
    /** The parent of what shapes an interface as a whole. */
    public static final int ROOT = 0xffff_ffff;

    /** The parent of {@link #ingress}. */
    public static final int INGRESS = 0xffff_fff1;

    /** Where filters of {@link #clsact} meet what comes in. */
    public static final int CLSACT_IN = 0xffff_fff2;

    /** Where filters of {@link #clsact} meet what leaves. */
    public static final int CLSACT_OUT = 0xffff_fff3;

    private static final int RTM_NEWQDISC = 36;
    private static final int RTM_DELQDISC = 37;
    private static final int RTM_GETQDISC = 38;
    private static final int RTM_NEWTCLASS = 40;
    private static final int RTM_DELTCLASS = 41;
    private static final int RTM_GETTCLASS = 42;
    private static final int RTM_NEWTFILTER = 44;
    private static final int RTM_DELTFILTER = 45;
    private static final int RTM_GETTFILTER = 46;

    private static final int NLM_F_REPLACE = 0x100;
    private static final int NLM_F_CREATE = 0x400;

    private static final int TCA_KIND = 1;
    private static final int TCA_OPTIONS = 2;
    private static final int TCA_STATS2 = 7;
    private static final int TCA_STATS_BASIC = 1;
    private static final int TCA_STATS_QUEUE = 3;
    private static final int TCA_STATS_PKT64 = 8;
    private static final int BODY = 20;

    private static final int TCA_TBF_PARMS = 1;
    private static final int TCA_TBF_RATE64 = 4;
    private static final int TCA_TBF_BURST = 6;
    private static final int TCA_HTB_PARMS = 1;
    private static final int TCA_HTB_INIT = 2;
    private static final int TCA_HTB_RATE64 = 6;
    private static final int TCA_HTB_CEIL64 = 7;
    private static final int HTB_VERSION = 3;
    private static final int HTB_RATE_TO_QUANTUM = 10;
    private static final int QUANTUM_LEAST = 1514;
    private static final int QUANTUM_MOST = 60_000;

    /** With a link layer named, the kernel computes times by itself and wants no tables ({@code struct tc_ratespec}). */
    private static final int TC_LINKLAYER_ETHERNET = 1;

    private static final int INGRESS_HANDLE = 0xffff_0000;

    private final NetlinkSocket socket;

    public TrafficControl(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * A handle, written {@code major:minor} in hexadecimal.
     *
     * @param major 1 to 0x7fff; a queue and its classes have the same
     * @param minor 0 for a queue, from 1 for its classes
     */
    public static int handle(int major, int minor) {
        return major << 16 | minor;
    }

    /**
     * Lets packets leave at a rate; no more than the burst at once. One that is there with the same handle gets the new
     * rate, and what waits in it goes on waiting.
     *
     * @param parent {@link #ROOT} or a class
     */
    public void tbf(int link, int parent, int handle, Shape shape) {
        Request request = queue("newqdisc tbf", RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, link, handle, parent);
        request.attribute(TCA_KIND, "tbf").nested(TCA_OPTIONS, () -> {
            byte[] options = words(36)
                    .put(rate(shape.rate()))
                    .put(new byte[12])
                    .putInt(shape.limit())
                    .putInt(Shape.ticks(shape.burst(), shape.rate()))
                    .putInt(0)
                    .array();
            request.attribute(TCA_TBF_PARMS, options)
                    .attribute(TCA_TBF_RATE64, shape.rate())
                    .attribute(TCA_TBF_BURST, shape.burst());
        });
        socket.request(request);
    }

    /**
     * Lets classes share an interface ({@link #htbClass}).
     *
     * @param otherwise the minor number of the class of packets that no filter names; 0: those are not shaped
     */
    public void htb(int link, int handle, int otherwise) {
        Request request = queue("newqdisc htb", RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, link, handle, ROOT);
        byte[] options = words(20)
                .putInt(HTB_VERSION)
                .putInt(HTB_RATE_TO_QUANTUM)
                .putInt(otherwise)
                .array();
        request.attribute(TCA_KIND, "htb").nested(TCA_OPTIONS, () -> request.attribute(TCA_HTB_INIT, options));
        socket.request(request);
    }

    /**
     * A class of an htb: its rate is its own, and up to its ceiling it borrows what its parent has left. One that is there
     * gets the new rates.
     *
     * @param parent the htb, or a class of it
     */
    public void htbClass(int link, int parent, int handle, Shape shape) {
        Request request = queue("newtclass htb", RTM_NEWTCLASS, NLM_F_CREATE | NLM_F_REPLACE, link, handle, parent);
        int quantum = (int) Math.clamp(shape.rate() / HTB_RATE_TO_QUANTUM, QUANTUM_LEAST, QUANTUM_MOST);
        byte[] options = words(44)
                .put(rate(shape.rate()))
                .put(rate(shape.ceil()))
                .putInt(Shape.ticks(shape.burst(), shape.rate()))
                .putInt(Shape.ticks(shape.burst(), shape.ceil()))
                .putInt(quantum)
                .array();
        request.attribute(TCA_KIND, "htb")
                .nested(
                        TCA_OPTIONS,
                        () -> request.attribute(TCA_HTB_PARMS, options)
                                .attribute(TCA_HTB_RATE64, shape.rate())
                                .attribute(TCA_HTB_CEIL64, shape.ceil()));
        socket.request(request);
    }

    /**
     * A queue of a kind that needs no options, such as {@code fq_codel} or {@code pfifo}, in a class or at the root.
     *
     * @throws KernelException {@code ENOENT} where the kernel does not have the kind
     */
    public void leaf(int link, int parent, int handle, String kind) {
        socket.request(queue("newqdisc " + kind, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, link, handle, parent)
                .attribute(TCA_KIND, kind));
    }

    /** A queue of so many bytes at most, first in, first out, in a class ({@code man 8 tc-bfifo}). */
    public void fifo(int link, int parent, int handle, int bytes) {
        socket.request(queue("newqdisc bfifo", RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, link, handle, parent)
                .attribute(TCA_KIND, "bfifo")
                .attribute(TCA_OPTIONS, words(4).putInt(bytes).array()));
    }

    /** Makes the place where filters meet what comes in ({@code tc qdisc add … ingress}); nothing where it is there. */
    public void ingress(int link) {
        socket.request(
                queue("newqdisc ingress", RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, link, INGRESS_HANDLE, INGRESS)
                        .attribute(TCA_KIND, "ingress"));
    }

    /**
     * Makes the places where filters meet what comes in and what leaves ({@code tc qdisc add … clsact}); nothing where they
     * are there. It is at {@link #INGRESS}, in place of {@link #ingress}, which must not be there.
     */
    public void clsact(int link) {
        socket.request(
                queue("newqdisc clsact", RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, link, INGRESS_HANDLE, INGRESS)
                        .attribute(TCA_KIND, "clsact"));
    }

    /**
     * Sends all that passes an interface out by another one, such as an ifb, after which it goes its way.
     *
     * @param where {@link #CLSACT_IN} or {@link #CLSACT_OUT}
     */
    public void redirect(int link, int where, int to) {
        socket.request(U32Filter.redirect(filter(link, where, 1, U32Filter.ETH_P_ALL), to));
    }

    /** Sends all that comes in by an interface out by another one, such as an ifb, after which it goes its way. */
    public void redirect(int link, int to) {
        Request request = filter(link, INGRESS_HANDLE, 1, U32Filter.ETH_P_ALL);
        socket.request(U32Filter.redirect(request, to));
    }

    /** Sends what comes in by an interface in frames to a hardware address out by another one, as {@link #redirect}. */
    public void redirect(int link, String mac, int to) {
        Request request = filter(link, INGRESS_HANDLE, 1, U32Filter.ETH_P_ALL);
        socket.request(U32Filter.redirect(request, to, LinkNames.mac(mac)));
    }

    /**
     * Puts packets from or to a network into a class of an htb.
     *
     * @param parent the htb's handle
     * @param order which filter is asked first, from 1; of one order and address family there may be many
     * @param destination whether the network is where packets go; otherwise it is where they come from
     */
    public void classify(int link, int parent, int order, Prefix network, boolean destination, int handle) {
        int protocol = network.family() == Family.AF_INET ? U32Filter.ETH_P_IP : U32Filter.ETH_P_IPV6;
        Request request = filter(link, parent, order, protocol);
        socket.request(U32Filter.classify(request, network, destination, handle));
    }

    /**
     * Puts packets in frames from or to a hardware address into a class of an htb.
     *
     * @param parent the htb's handle
     * @param order which filter is asked first, from 1
     * @param destination whether the address is where frames go; otherwise it is where they come from
     */
    public void classifyHardware(int link, int parent, int order, String mac, boolean destination, int handle) {
        Request request = filter(link, parent, order, U32Filter.ETH_P_ALL);
        socket.request(U32Filter.classify(request, LinkNames.mac(mac), destination, handle));
    }

    /**
     * Puts packets that came in by a link, and were sent here by {@link #redirect}, into a class of an htb.
     *
     * @param parent the htb's handle
     * @param order which filter is asked first, from 1
     */
    public void classifyIncoming(int link, int parent, int order, String from, int handle) {
        Request request = filter(link, parent, order, U32Filter.ETH_P_ALL);
        socket.request(U32Filter.classifyIncoming(request, from, handle));
    }

    /** Removes the filters of a queue that have this order and ask of frames. */
    public void deleteFilters(int link, int parent, int order) {
        String shown = "index " + link + " parent " + shown(parent);
        Request request = new Request("deltfilter", shown, RTM_DELTFILTER, 0);
        socket.request(body(request, link, 0, parent, order << 16 | U32Filter.ETH_P_ALL));
    }

    /**
     * Removes the queue at a place, with all that is in it: {@link #ROOT} for what leaves, {@link #INGRESS} for what comes
     * in, or a class.
     */
    public void delete(int link, int parent) {
        socket.request(queue("delqdisc", RTM_DELQDISC, 0, link, 0, parent));
    }

    /** As {@link #delete}; whether there was one. */
    public boolean deleteIfThere(int link, int parent) {
        try {
            delete(link, parent);
            return true;
        } catch (KernelException e) {
            // the root always has a queue: the kernel's own, which has no handle and cannot be deleted (ENOENT)
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.EINVAL) {
                return false;
            }
            throw e;
        }
    }

    /** Removes a class, in which no class may be and which no filter names. */
    public void deleteClass(int link, int handle) {
        socket.request(queue("deltclass", RTM_DELTCLASS, 0, link, handle, 0));
    }

    /** Removes all filters of a queue; {@link #INGRESS} for those that meet what comes in. Content where there are none. */
    public void deleteFilters(int link, int parent) {
        if (filters(link, parent) == 0) {
            return;
        }
        int at = parent == INGRESS ? INGRESS_HANDLE : parent;
        socket.request(queue("deltfilter", RTM_DELTFILTER, 0, link, 0, at));
    }

    /** Every queue of every interface, without those that the kernel made by itself and does not number. */
    public List<Queue> queues() {
        return list("getqdisc", RTM_GETQDISC, 0);
    }

    /** The queues of an interface. */
    public List<Queue> queues(int link) {
        return queues().stream().filter(queue -> queue.link() == link).toList();
    }

    /** The classes of an interface. */
    public List<Queue> classes(int link) {
        return list("gettclass", RTM_GETTCLASS, link);
    }

    /** How many filters a queue has. */
    public int filters(int link, int parent) {
        int at = parent == INGRESS ? INGRESS_HANDLE : parent;
        return (int) socket.list(queue("gettfilter", RTM_GETTFILTER, 0, link, 0, at)).stream()
                .filter(reply -> reply.attributes(BODY).nested(TCA_OPTIONS).has(U32Filter.SELECTOR))
                .count();
    }

    private List<Queue> list(String verb, int type, int link) {
        List<Queue> queues = new ArrayList<>();
        for (Reply reply : socket.list(queue(verb, type, 0, link, 0, 0))) {
            Queue queue = queue(reply);
            if (queue.handle() != 0) {
                queues.add(queue);
            }
        }
        return queues;
    }

    private static Queue queue(Reply reply) {
        ByteBuffer body = reply.payload();
        Reply.Attributes attributes = reply.attributes(BODY);
        Reply.Attributes statistics = attributes.nested(TCA_STATS2);
        // struct gnet_stats_basic, struct gnet_stats_queue
        ByteBuffer basic = statistics.payload(TCA_STATS_BASIC, 12);
        ByteBuffer queue = statistics.payload(TCA_STATS_QUEUE, 20);
        return new Queue(
                body.getInt(4),
                attributes.text(TCA_KIND),
                body.getInt(8),
                body.getInt(12),
                basic.getLong(0),
                statistics.u64(TCA_STATS_PKT64, Integer.toUnsignedLong(basic.getInt(8))),
                Integer.toUnsignedLong(queue.getInt(8)),
                Integer.toUnsignedLong(queue.getInt(16)),
                Integer.toUnsignedLong(queue.getInt(4)));
    }

    private static Request filter(int link, int parent, int order, int protocol) {
        int info = order << 16 | protocol;
        String shown = "index " + link + " parent " + shown(parent);
        return body(new Request("newtfilter u32", shown, RTM_NEWTFILTER, NLM_F_CREATE), link, 0, parent, info);
    }

    private static Request queue(String verb, int type, int flags, int link, int handle, int parent) {
        String shown = "index " + link + " " + shown(handle) + " parent " + shown(parent);
        return body(new Request(verb, shown, type, flags), link, handle, parent, 0);
    }

    private static String shown(int handle) {
        return switch (handle) {
            case ROOT -> "root";
            case INGRESS -> "ingress";
            default -> String.format(Locale.ROOT, "%x:%x", handle >>> 16, handle & 0xffff);
        };
    }

    /** {@code struct tcmsg}. */
    private static Request body(Request request, int link, int handle, int parent, int info) {
        return request.u8(0).u8(0).u16(0).u32(link).u32(handle).u32(parent).u32(info);
    }

    /** {@code struct tc_ratespec}; rates above four gigabytes a second are in an attribute beside it. */
    private static byte[] rate(long rate) {
        return words(12)
                .put((byte) 0)
                .put((byte) TC_LINKLAYER_ETHERNET)
                .putShort((short) 0)
                .putInt(0)
                .putInt((int) Math.min(rate, 0xffff_ffffL))
                .array();
    }

    private static ByteBuffer words(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }
}
