package ondol.linux.netlink;

/**
 * A queueing discipline or a class of one, as the kernel shows it ({@code man 8 tc}).
 *
 * @param link the interface's index
 * @param kind such as {@code tbf} or {@code htb}
 * @param handle its number, as {@link TrafficControl#handle} makes it
 * @param parent the number of what it is in; {@link TrafficControl#ROOT} or {@link TrafficControl#INGRESS}
 * @param bytes that passed
 * @param packets that passed
 * @param drops packets that were dropped because the queue was full
 * @param overlimits how often a packet had to wait for the rate
 * @param backlog bytes that wait now
 */
public record Queue(
        int link,
        String kind,
        int handle,
        int parent,
        long bytes,
        long packets,
        long drops,
        long overlimits,
        long backlog) {}
