package ondol.network;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import ondol.network.NetworkException.Reason;

/**
 * Subnets for networks that were given none, as Docker chooses them: 172.17.0.0/16 to 172.31.0.0/16, then slices of
 * 192.168.0.0/16, the first that overlaps with nothing the machine can reach or another network has. For IPv6 a /64 of a
 * prefix that the engine's ID gives (RFC 4193).
 */
public final class SubnetChoice {
    private static final int NETWORKS_OF_16 = 15;
    private static final int SLICES = 16;
    private static final int ULA_TRIES = 65536;

    private final List<Subnet> pools = new ArrayList<>();
    private final byte[] prefix;

    /**
     * The choices of an engine.
     *
     * @param engineId at least 10 hexadecimal digits
     * @param machines whether it is the machine's own: the others begin elsewhere, lest two engines choose one subnet while
     *     neither has a bridge that the other would see
     */
    public SubnetChoice(String engineId, boolean machines) {
        for (int i = 0; i < NETWORKS_OF_16; i++) {
            pools.add(Subnet.parse("172." + (17 + i) + ".0.0/16"));
        }
        for (int i = 0; i < SLICES; i++) {
            pools.add(Subnet.parse("192.168." + 16 * i + ".0/20"));
        }
        long number = Long.parseLong(engineId.substring(0, 10), 16);
        if (!machines) {
            int first = 1 + (int) (number % (pools.size() - 1));
            List<Subnet> before = new ArrayList<>(pools.subList(0, first));
            pools.subList(0, first).clear();
            pools.addAll(before);
        }
        this.prefix = ByteBuffer.allocate(8).putLong(number << 16).array();
    }

    /**
     * The first IPv4 subnet that is free.
     *
     * @throws NetworkException {@code FULL}
     */
    public Subnet ipv4(Collection<Subnet> taken) {
        for (Subnet pool : pools) {
            if (taken.stream().noneMatch(pool::overlaps)) {
                return pool;
            }
        }
        throw new NetworkException(
                Reason.FULL,
                "all predefined address pools have been fully subnetted: remove networks, or say a --subnet");
    }

    /** The first free /64 of the engine's own prefix. */
    public Subnet ipv6(Collection<Subnet> taken) {
        for (int i = 0; i < ULA_TRIES; i++) {
            byte[] bytes = new byte[16];
            bytes[0] = (byte) 0xfd;
            System.arraycopy(prefix, 1, bytes, 1, 5);
            bytes[6] = (byte) (i >> 8);
            bytes[7] = (byte) i;
            Subnet subnet = Subnet.of(address(bytes), 64);
            if (taken.stream().noneMatch(subnet::overlaps)) {
                return subnet;
            }
        }
        throw new NetworkException(Reason.FULL, "no IPv6 subnet is free: remove networks, or say a --subnet");
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
