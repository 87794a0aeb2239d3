package ondol.network.rate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.Queue;
import ondol.linux.netlink.TrafficControl;

/**
 * Holds several links to one rate together, each way ({@code man 8 tc-htb}). What their containers send, and what is sent
 * to them, goes through one device each (an ifb) with a class for each link: together they get the rate, what one does not
 * use is lent to the others, and each may have a lower limit of its own. What cannot be told to be a link's has a class,
 * too. Safe for use by many threads. All methods throw {@link KernelException} where the kernel refuses.
 */
public final class SharedRates {
    private final Links links;
    private final TrafficControl control;
    private final String prefix;
    private final Map<String, Group> groups = new HashMap<>(); // guarded by this

    /** The links that share a rate: their classes' numbers, by name. */
    private static final class Group {
        private final Map<String, Integer> numbers = new HashMap<>();
        private final SharedDevice in;
        private final SharedDevice out;

        private Group(SharedDevice in, SharedDevice out) {
            this.in = in;
            this.out = out;
        }
    }

    /**
     * @param socket in the namespace of the links
     * @param engine four letters or digits, by which this engine knows its devices again
     */
    public SharedRates(NetlinkSocket socket, String engine) {
        this.links = new Links(socket);
        this.control = new TrafficControl(socket);
        this.prefix = Rates.prefix(engine);
    }

    /** What the devices of a group are named after, for {@link Rates#clear}. */
    public static List<String> devices(String id) {
        return List.of("r" + id, "s" + id);
    }

    /**
     * Gives a group a rate, whether it is there or not.
     *
     * @param id nine letters or digits
     * @param bits a second, each way
     */
    public synchronized void hold(String id, long bits) {
        Group group = groups.get(id);
        if (group == null) {
            group = new Group(device("r" + id), device("s" + id));
            groups.put(id, group);
        }
        group.in.hold(bits, 0);
        group.out.hold(bits, 0);
    }

    private SharedDevice device(String id) {
        return SharedDevice.make(links, control, Rates.name(prefix, id));
    }

    /**
     * Counts a link to a group, or changes its own limits in it. It must not be held by {@link Rates} besides.
     *
     * @param link the machine's end of a container's link
     * @param mac the container's hardware address in it
     * @param bits the group's rate
     * @param own its own limits within that
     */
    public synchronized void join(String id, String link, String mac, long bits, NetRate own) {
        Group group = groups.get(id);
        if (group == null) {
            throw new IllegalStateException("no such group: " + id);
        }
        int index = links.get(link).index();
        Integer known = group.numbers.get(link);
        int number = known == null ? SharedDevice.free(group.numbers.values()) : known;
        group.in.member(number, least(own.in(), bits), own.burst());
        group.out.member(number, least(own.out(), bits), own.burst());
        if (known == null) {
            group.numbers.put(link, number);
            group.in.hardware(number, mac, true);
            group.out.hardware(number, mac, false);
        }
        redirect(index, group);
    }

    private static long least(long own, long bits) {
        return own > 0 ? Math.min(own, bits) : bits;
    }

    private void redirect(int link, Group group) {
        for (Queue queue : control.queues(link)) {
            if (queue.parent() == TrafficControl.INGRESS && !queue.kind().equals("clsact")) {
                control.deleteIfThere(link, TrafficControl.INGRESS);
            }
        }
        control.clsact(link);
        redirect(link, TrafficControl.CLSACT_OUT, group.in.index());
        redirect(link, TrafficControl.CLSACT_IN, group.out.index());
    }

    private void redirect(int link, int where, int device) {
        control.deleteFilters(link, where);
        control.redirect(link, where, device);
    }

    /** A link belongs to a group no more, whether it is there or not; without links the group goes. */
    public synchronized void leave(String id, String link) {
        Group group = groups.get(id);
        Integer number = group == null ? null : group.numbers.remove(link);
        if (group == null || number == null) {
            return;
        }
        links.find(link)
                .ifPresent(there ->
                        SharedDevice.ifThere(() -> control.deleteIfThere(there.index(), TrafficControl.INGRESS)));
        group.in.remove(number);
        group.out.remove(number);
        forgetEmpty(id);
    }

    /** Removes a group that has no links; whether it went. */
    public synchronized boolean forgetEmpty(String id) {
        Group group = groups.get(id);
        if (group == null || !group.numbers.isEmpty()) {
            return false;
        }
        groups.remove(id);
        for (String device : devices(id)) {
            links.find(Rates.name(prefix, device))
                    .map(Link::index)
                    .ifPresent(index -> SharedDevice.ifThere(() -> links.delete(index)));
        }
        return true;
    }
}
