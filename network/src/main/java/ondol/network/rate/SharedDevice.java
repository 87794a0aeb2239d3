package ondol.network.rate;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NewLink;
import ondol.linux.netlink.Queue;
import ondol.linux.netlink.TrafficControl;

/**
 * A device (an ifb) through which goes what several links send, or receive, and which holds them to one rate together
 * ({@code man 8 tc-htb}): each may have a class, and what one does not use is lent to the others. What no filter names is
 * in a class, too.
 *
 * @param index of the device
 */
record SharedDevice(TrafficControl control, int index) {
    private static final int HTB = TrafficControl.handle(1, 0);
    private static final int ALL = TrafficControl.handle(1, 1);
    private static final int OTHERS = 2;
    private static final int FIRST = 16;

    /** What a class has for itself: next to nothing, so that all is lent in equal parts. */
    private static final long OWN = 1000;

    /** The device, without what an earlier engine had there: until links join anew, all are held together. */
    static SharedDevice make(Links links, TrafficControl control, String name) {
        if (links.find(name).isEmpty()) {
            links.add(NewLink.of("ifb", name).asUp());
        }
        int index = links.get(name).index();
        for (Queue queue : control.queues(index)) {
            if (queue.parent() == TrafficControl.ROOT) {
                control.deleteIfThere(index, TrafficControl.ROOT);
            }
        }
        control.htb(index, HTB, OTHERS);
        return new SharedDevice(control, index);
    }

    /** The lowest number that a class may have and none of these is. */
    static int free(Collection<Integer> numbers) {
        Set<Integer> taken = new TreeSet<>(numbers);
        int number = FIRST;
        while (taken.contains(number)) {
            number++;
        }
        return number;
    }

    /**
     * All together have this rate from now on.
     *
     * @param bits a second
     * @param burst how many bytes may pass at once; 0 for the usual
     */
    void hold(long bits, long burst) {
        control.htbClass(index, HTB, ALL, Rates.shape(bits, burst));
        member(OTHERS, bits, 0);
    }

    /** A class, which may have that much at most from now on, whether it was there or not. */
    void member(int number, long bits, long burst) {
        int handle = TrafficControl.handle(1, number);
        control.htbClass(index, ALL, handle, Rates.shape(bits, burst).from(OWN));
        control.fifo(index, handle, TrafficControl.handle(number, 0), Rates.queue(bits));
    }

    /** What is in frames from or to a hardware address belongs to a class. */
    void hardware(int number, String mac, boolean destination) {
        control.classifyHardware(index, HTB, number, mac, destination, TrafficControl.handle(1, number));
    }

    /** What came in by a link belongs to a class. */
    void incoming(int number, String link) {
        control.classifyIncoming(index, HTB, number, link, TrafficControl.handle(1, number));
    }

    /** A class goes, with what leads to it; it may be gone. */
    void remove(int number) {
        ifThere(() -> control.deleteFilters(index, HTB, number));
        ifThere(() -> control.deleteClass(index, TrafficControl.handle(1, number)));
    }

    static void ifThere(Runnable action) {
        try {
            action.run();
        } catch (KernelException e) {
            if (e.errno() != Errno.ENODEV && e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
