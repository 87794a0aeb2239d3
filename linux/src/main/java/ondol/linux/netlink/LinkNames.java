package ondol.linux.netlink;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Names and hardware addresses of interfaces, as text. */
final class LinkNames {
    private static final int MAX = 15;
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");

    private LinkNames() {}

    /** Refuses what the kernel would refuse ({@code dev_valid_name}), and the {@code %} that it would replace. */
    static void check(String name) {
        boolean fits = !name.isEmpty() && name.getBytes(StandardCharsets.UTF_8).length <= MAX;
        boolean plain = name.chars().noneMatch(c -> c <= ' ' || c == '/' || c == ':' || c == '%' || c == 0x7f);
        if (!fits || !plain || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException(
                    "network interface name \"%s\" is not 1 to 15 bytes without spaces, '/', ':' and '%%'"
                            .formatted(name));
        }
    }

    static byte[] mac(String text) {
        try {
            byte[] bytes = MAC.parseHex(text);
            if (bytes.length == 6) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            // the sentence below says more
        }
        throw new IllegalArgumentException(
                "\"" + text + "\" is not a MAC address, write six bytes such as 02:42:ac:11:00:02");
    }

    static String mac(byte[] bytes) {
        return MAC.formatHex(bytes);
    }
}
