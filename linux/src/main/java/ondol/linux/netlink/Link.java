package ondol.linux.netlink;

/**
 * A network interface as the kernel shows it.
 *
 * @param index its number in its namespace, from 1
 * @param up whether it was switched on
 * @param running whether packets can pass, for a veth: whether its far end is on too
 * @param mtu in bytes
 * @param mac as {@code 02:42:ac:11:00:02}; empty where it has none
 * @param master the index of the bridge it is a port of; 0 for none
 * @param parent the index of what it stands on (macvlan) or of its far end (veth), in that one's namespace; 0 for none
 * @param parentNamespace the number by which the kernel knows the parent's namespace here; -1 where it is this one
 * @param kind such as {@code veth} or {@code bridge}; empty for hardware and loopback
 */
public record Link(
        int index,
        String name,
        boolean up,
        boolean running,
        int mtu,
        String mac,
        int master,
        int parent,
        int parentNamespace,
        String kind) {}
