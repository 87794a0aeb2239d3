package ondol.network;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HexFormat;

/** Addresses as text, and hardware addresses made from them. */
public final class Addresses {
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");

    private Addresses() {}

    /** An address as RFC 5952 has it: of IPv6 in lower case, the longest run of zero groups as {@code ::}. */
    public static String text(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return address.getHostAddress();
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
        }
        int start = -1;
        int longest = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > longest) {
                start = i;
                longest = end - i;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == start) {
                text.append("::");
                i += longest - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    /** A hardware address that belongs to an IP address, locally administered: {@code 02:42:} and its last four bytes. */
    public static String mac(InetAddress address) {
        byte[] bytes = address.getAddress();
        byte[] mac = {2, 0x42, 0, 0, 0, 0};
        System.arraycopy(bytes, bytes.length - 4, mac, 2, 4);
        return MAC.formatHex(mac);
    }

    /**
     * Reads a hardware address; the result is in lower case with colons.
     *
     * @throws NetworkException where it is none, or one of a group
     */
    public static String checkMac(String text) {
        try {
            byte[] bytes = MAC.parseHex(text.replace('-', ':'));
            if (bytes.length == 6 && (bytes[0] & 1) == 0) {
                return MAC.formatHex(bytes);
            }
        } catch (IllegalArgumentException e) {
            // the sentence below says it
        }
        throw new NetworkException(
                NetworkException.Reason.INVALID,
                "invalid MAC address \"" + text + "\": write six bytes such as 92:d0:c6:0a:29:33");
    }

    public static boolean ipv4(InetAddress address) {
        return address instanceof Inet4Address;
    }
}
