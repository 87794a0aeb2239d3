package ondol.linux.netlink;

/**
 * What an interface has received (rx) and sent (tx) since it was made, as its own namespace sees it ({@code struct
 * rtnl_link_stats64}). What a container receives is what the near end of its veth has sent.
 */
public record LinkStatistics(
        long rxBytes,
        long rxPackets,
        long rxErrors,
        long rxDropped,
        long txBytes,
        long txPackets,
        long txErrors,
        long txDropped) {}
