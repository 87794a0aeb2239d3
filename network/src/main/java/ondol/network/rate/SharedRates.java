package ondol.network.rate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.netlink.NewLink;
import ondol.linux.netlink.Queue;
import ondol.linux.netlink.TrafficControl;

/**
 * Holds several links to one rate together, each way ({@code man 8 tc-htb}). What their containers send, and what is sent
 * to them, goes through one device each (an ifb) with a class for each link: together they get the rate, what one does not
 * use is lent to the others, and each may have a lower limit of its own. What cannot be told to be a link's has a class,
 * too. Safe for use by many threads. All methods throw {@link KernelException} where the kernel refuses.
 */
public final class SharedRates {
    private static final int HTB = TrafficControl.handle(1, 0);
    private static final int ALL = TrafficControl.handle(1, 1);
    private static final int OTHERS = 2;
    private static final int FIRST = 16;

    /** What a class has for itself: next to nothing, so that all is lent in equal parts. */
    private static final long OWN = 1000;

    private final Links links;
    private final TrafficControl control;
    private final String prefix;
    private final Map<String, Group> groups = new HashMap<>(); // guarded by this

    /** The links that share a rate: their classes' numbers, by name. */
    private static final class Group {
        private final Map<String, Integer> numbers = new HashMap<>();
        private final int in;
        private final int out;

        private Group(int in, int out) {
            this.in = in;
            this.out = out;
        }

        private int free() {
            Set<Integer> taken = new HashSet<>(numbers.values());
            int number = FIRST;
            while (taken.contains(number)) {
                number++;
            }
            return number;
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
        hold(group.in, bits);
        hold(group.out, bits);
    }

    /** The device, without what an earlier engine had there: until links join anew, all are held together. */
    private int device(String id) {
        String name = Rates.name(prefix, id);
        if (links.find(name).isEmpty()) {
            links.add(NewLink.of("ifb", name).asUp());
        }
        int device = links.get(name).index();
        for (Queue queue : control.queues(device)) {
            if (queue.parent() == TrafficControl.ROOT) {
                control.deleteIfThere(device, TrafficControl.ROOT);
            }
        }
        control.htb(device, HTB, OTHERS);
        return device;
    }

    private void hold(int device, long bits) {
        control.htbClass(device, HTB, ALL, Rates.shape(bits, 0));
        member(device, OTHERS, bits, 0);
    }

    private void member(int device, int number, long bits, long burst) {
        int handle = TrafficControl.handle(1, number);
        control.htbClass(device, ALL, handle, Rates.shape(bits, burst).from(OWN));
        control.fifo(device, handle, TrafficControl.handle(number, 0), Rates.queue(bits));
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
        int number = known == null ? group.free() : known;
        member(group.in, number, least(own.in(), bits), own.burst());
        member(group.out, number, least(own.out(), bits), own.burst());
        if (known == null) {
            group.numbers.put(link, number);
            int handle = TrafficControl.handle(1, number);
            control.classifyHardware(group.in, HTB, number, mac, true, handle);
            control.classifyHardware(group.out, HTB, number, mac, false, handle);
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
        redirect(link, TrafficControl.CLSACT_OUT, group.in);
        redirect(link, TrafficControl.CLSACT_IN, group.out);
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
                .ifPresent(there -> ifThere(() -> control.deleteIfThere(there.index(), TrafficControl.INGRESS)));
        for (int device : new int[] {group.in, group.out}) {
            ifThere(() -> control.deleteFilters(device, HTB, number));
            ifThere(() -> control.deleteClass(device, TrafficControl.handle(1, number)));
        }
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
                    .ifPresent(index -> ifThere(() -> links.delete(index)));
        }
        return true;
    }

    private static void ifThere(Runnable action) {
        try {
            action.run();
        } catch (KernelException e) {
            if (e.errno() != Errno.ENODEV && e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
