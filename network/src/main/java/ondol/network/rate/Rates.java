package ondol.network.rate;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NewLink;
import ondol.linux.netlink.Shape;
import ondol.linux.netlink.TrafficControl;

/**
 * Holds links to their rates ({@code man 8 tc-tbf}). What the machine sends into a link waits at the link; what comes out of
 * it is sent through a device of its own (an ifb), and waits there. The rate is that of what full packets of a TCP connection
 * carry; their headers come on top. Safe for use by many threads. All methods throw {@link KernelException} where the kernel refuses.
 */
public final class Rates {
    private static final int HANDLE = TrafficControl.handle(1, 0);
    private static final int LINK_NAME = 15;

    /** Of 1514 bytes of a full frame 1448 are a TCP connection's own. */
    private static final double HEADERS = 1514.0 / 1448;

    /** Ten frames. */
    private static final int LEAST_BURST = 15_140;

    /** A queue for one large segment at least: at low rates its time is long, but what is sent at once is not lost. */
    private static final long LEAST_QUEUE = 48 * 1024;

    private static final Duration QUEUE = Duration.ofMillis(50);

    private final Links links;
    private final TrafficControl control;
    private final String prefix;
    private final Map<String, SharedDevice> networks = new HashMap<>(); // what they send through; guarded by this
    private final Map<String, Member> members = new HashMap<>(); // guarded by this

    /** A link with a rate of its own whose network has one: its class there, and its index. */
    private record Member(String network, int number, int link) {}

    /**
     * @param socket in the namespace of the links
     * @param engine four letters or digits, by which this engine knows its devices again
     */
    public Rates(NetlinkSocket socket, String engine) {
        this.links = new Links(socket);
        this.control = new TrafficControl(socket);
        this.prefix = prefix(engine);
    }

    /**
     * Holds a network to a rate from now on: what comes into it from outside, and what its links send to its bridge, which is
     * all but what they send to one another. They are told to by {@link #join}, and once more where a network gets a limit
     * that had none, or the other way round. One that sends without a limit keeps its device, without a queue, for the
     * links that were told before, until {@link #forget}.
     *
     * @param bridge the network's own link
     * @param id what the device for the other way is named after: at least ten letters or digits
     */
    public synchronized void network(String bridge, String id, NetRate rate) {
        in(links.get(bridge).index(), rate);
        if (rate.out() > 0) {
            shared(id).hold(rate.out(), rate.burst());
        } else {
            abandon(id);
            links.find(name(id)).ifPresent(device -> control.deleteIfThere(device.index(), TrafficControl.ROOT));
        }
    }

    private SharedDevice shared(String network) {
        SharedDevice known = networks.get(network);
        int index = links.find(name(network)).map(Link::index).orElse(0);
        if (known == null || known.index() != index) {
            abandon(network);
            known = SharedDevice.make(links, control, name(network));
            networks.put(network, known);
        }
        return known;
    }

    private void abandon(String network) {
        networks.remove(network);
        members.values().removeIf(member -> member.network().equals(network));
    }

    /** Whether something is sent through a device that is named after this, whichever engine made it. */
    public synchronized boolean hasDevice(String id) {
        return links.find(name(id)).isPresent();
    }

    /**
     * Counts what a link sends to a bridge to what the bridge's network may send. Where it has a rate of its own for what it
     * sends, given by {@link #apply} before, that is how much of the network's it may have; and what stays in the network
     * is held to it at the link's own device.
     *
     * @param id what the link's own device is named after
     * @param own its own rate
     */
    public synchronized void join(String link, String id, String bridge, String network, NetRate own) {
        int index = links.get(link).index();
        SharedDevice device = shared(network);
        if (own.out() > 0) {
            member(link, index, id, network, own);
        } else {
            part(id);
        }
        clean(index);
        control.redirect(index, links.get(bridge).mac(), device.index());
        if (own.out() > 0) {
            control.redirect(index, links.get(name(id)).index());
        }
    }

    private void member(String link, int index, String id, String network, NetRate own) {
        Member known = members.get(id);
        if (known != null && (!known.network().equals(network) || known.link() != index)) {
            part(id);
            known = null;
        }
        SharedDevice device = shared(network);
        int number = known != null
                ? known.number()
                : SharedDevice.free(members.values().stream()
                        .filter(member -> member.network().equals(network))
                        .map(Member::number)
                        .toList());
        device.member(number, own.out(), own.burst());
        if (known == null) {
            members.put(id, new Member(network, number, index));
            device.incoming(number, link);
        }
    }

    /** A link has no share of its own of what its network may send, if it had one. */
    public synchronized void part(String id) {
        Member member = members.remove(id);
        SharedDevice device = member == null ? null : networks.get(member.network());
        if (member != null && device != null) {
            device.remove(member.number());
        }
    }

    /** The place for filters of what comes in, without any. */
    private void clean(int index) {
        control.ingress(index);
        control.deleteFilters(index, TrafficControl.INGRESS);
    }

    /**
     * Holds a link to a rate from now on, in place of what held it before; what waits goes on waiting.
     *
     * @param link the machine's end of a container's link, or a bridge: <em>in</em> is what the machine sends into it
     * @param id what the device for the other way is named after: at least ten letters or digits
     * @throws KernelException {@code ENODEV} where there is no such link, {@code EOPNOTSUPP} or {@code ENOENT} where the
     *     kernel has no tbf or no ifb
     */
    public synchronized void apply(String link, String id, NetRate rate) {
        int index = links.get(link).index();
        in(index, rate);
        if (rate.out() > 0) {
            int device = device(id, shape(rate.out(), rate.burst()));
            clean(index);
            control.redirect(index, device);
        } else {
            removeOut(index, id);
        }
    }

    private void in(int index, NetRate rate) {
        if (rate.in() > 0) {
            control.tbf(index, TrafficControl.ROOT, HANDLE, shape(rate.in(), rate.burst()));
        } else if (held(index, TrafficControl.ROOT)) {
            control.deleteIfThere(index, TrafficControl.ROOT);
        }
    }

    /** Whether a queue of ours is at a place. */
    private boolean held(int index, int parent) {
        return control.queues(index).stream().anyMatch(queue -> queue.parent() == parent && queue.handle() != 0);
    }

    /** The device that something is sent through, by its index. */
    private int device(String id, Shape shape) {
        if (links.find(name(id)).isEmpty()) {
            links.add(NewLink.of("ifb", name(id)).asUp());
        }
        int device = links.get(name(id)).index();
        control.tbf(device, TrafficControl.ROOT, HANDLE, shape);
        return device;
    }

    private void removeOut(int index, String id) {
        if (held(index, TrafficControl.INGRESS)) {
            control.deleteIfThere(index, TrafficControl.INGRESS);
        }
        links.find(name(id)).ifPresent(this::delete);
    }

    /** Lets a link go as fast as it can; nothing is done where it is gone, but for what was left of it. */
    public synchronized void remove(String link, String id) {
        links.find(link).ifPresent(there -> apply(link, id, NetRate.NONE));
        links.find(name(id)).ifPresent(this::delete);
    }

    /** Removes the device of a link that is gone, or about to go by itself. */
    public synchronized void forget(String id) {
        part(id);
        abandon(id);
        links.find(name(id)).ifPresent(this::delete);
    }

    /** Removes the devices that belong to none of these: a container's link went with it. */
    public synchronized void clear(Collection<String> ids) {
        Set<String> kept = ids.stream().map(this::name).collect(Collectors.toSet());
        List<Link> left = links.list().stream()
                .filter(link -> link.kind().equals("ifb") && link.name().startsWith(prefix))
                .filter(link -> !kept.contains(link.name()))
                .toList();
        left.forEach(this::delete);
    }

    private void delete(Link link) {
        try {
            links.delete(link.index());
        } catch (KernelException e) {
            if (e.errno() != Errno.ENODEV) {
                throw e;
            }
        }
    }

    private String name(String id) {
        return name(prefix, id);
    }

    static String prefix(String engine) {
        return "i" + engine;
    }

    static String name(String prefix, String id) {
        return (prefix + id).substring(0, Math.min(LINK_NAME, prefix.length() + id.length()));
    }

    /** How many bytes may wait where a rate is shared: two of the largest segments, or fifty milliseconds. */
    static int queue(long bits) {
        return (int) Math.clamp(bits / 8 / 20, 2 * 65_536, 64 << 20);
    }

    /** A rate of what packets carry as one of whole frames. */
    static Shape shape(long bits, long burst) {
        long rate = Math.max(1, Math.round(bits / 8.0 * HEADERS));
        Shape standard = Shape.of(rate);
        int atOnce = burst > 0 ? (int) burst : Math.max(LEAST_BURST, standard.burst());
        Duration whole = Duration.ofNanos((long) (LEAST_QUEUE * 1e9 / rate));
        return new Shape(rate, rate, atOnce, whole.compareTo(QUEUE) > 0 ? whole : QUEUE);
    }
}
