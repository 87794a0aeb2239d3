package ondol.image.registry;

import java.net.InetAddress;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Hosts that are written as addresses. No name is looked up. */
final class Addresses {
    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private Addresses() {}

    static boolean isLoopback(String host) {
        InetAddress address = parse(host);
        return host.equals("localhost") || (address != null && address.isLoopbackAddress());
    }

    /** Whether a host is an address in a range such as {@code 10.0.0.0/8}. */
    static boolean inRange(String host, String range) {
        int slash = range.indexOf('/');
        InetAddress address = parse(host);
        InetAddress network = slash < 0 ? null : parse(range.substring(0, slash));
        if (address == null || network == null) {
            return false;
        }
        byte[] a = address.getAddress();
        byte[] n = network.getAddress();
        int bits;
        try {
            bits = Integer.parseInt(range.substring(slash + 1));
        } catch (NumberFormatException e) {
            return false;
        }
        if (a.length != n.length || bits < 0 || bits > a.length * 8) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i & 7);
            if ((a[i >> 3] & mask) != (n[i >> 3] & mask)) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable InetAddress parse(String host) {
        try {
            boolean address = host.indexOf(':') >= 0 || V4.matcher(host).matches();
            return address ? InetAddress.ofLiteral(host) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
