package ondol.linux.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Address families, as numbers ({@code man 7 ip}, {@code man 7 ipv6}). */
final class Family {
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    private Family() {}

    static int of(InetAddress address) {
        return address.getAddress().length == 4 ? AF_INET : AF_INET6;
    }

    /** An address of four or sixteen bytes; null for anything else. */
    static @Nullable InetAddress address(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
