package ondol.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The filter u32, which compares words of a packet ({@code man 8 tc-u32}): of all filters the one that every kernel has
 * that has any.
 */
final class U32Filter {
    /** Protocols of an Ethernet frame, in network order, as a filter's message has them. */
    static final int ETH_P_ALL = big(0x0003);

    static final int ETH_P_IP = big(0x0800);
    static final int ETH_P_IPV6 = big(0x86dd);

    static final int SELECTOR = 5;

    private static final int TCA_KIND = 1;
    private static final int TCA_OPTIONS = 2;
    private static final int TCA_U32_CLASSID = 1;
    private static final int TCA_U32_ACT = 7;
    private static final int TCA_U32_INDEV = 8;
    private static final int TC_U32_TERMINAL = 1;
    private static final int TCA_ACT_KIND = 1;
    private static final int TCA_ACT_OPTIONS = 2;
    private static final int TCA_MIRRED_PARMS = 2;
    private static final int TC_ACT_STOLEN = 4;
    private static final int TCA_EGRESS_REDIR = 1;
    /** A frame begins this far before its packet. */
    private static final int ETHERNET_HEADER = -14;

    private static final int SELECTOR_HEAD = 16;
    private static final int KEY = 16;

    private U32Filter() {}

    /** All packets leave by another interface instead. */
    static Request redirect(Request request, int link) {
        return redirect(request, link, selector(1)); // one comparison that is always true: no bit must be anything
    }

    /** Packets in frames to a hardware address leave by another interface instead. */
    static Request redirect(Request request, int link, byte[] mac) {
        return redirect(request, link, frame(mac, true));
    }

    /** Packets in frames from or to a hardware address belong to a class. */
    static Request classify(Request request, byte[] mac, boolean destination, int handle) {
        return classify(request, frame(mac, destination), handle);
    }

    /** Packets that came in by a link belong to a class. */
    static Request classifyIncoming(Request request, String from, int handle) {
        return request.attribute(TCA_KIND, "u32")
                .nested(
                        TCA_OPTIONS,
                        () -> request.attribute(TCA_U32_CLASSID, handle)
                                .attribute(SELECTOR, selector(1).array())
                                .attribute(TCA_U32_INDEV, from));
    }

    /** The destination begins a frame, at an offset that words have; the source's two first bytes share a word with it. */
    private static ByteBuffer frame(byte[] mac, boolean destination) {
        ByteBuffer address = ByteBuffer.allocate(8);
        address.position(destination ? 0 : 2).put(mac);
        ByteBuffer selector = selector(2);
        for (int i = 0; i < 2; i++) {
            int mask = destination ? (i == 0 ? -1 : 0xffff_0000) : (i == 0 ? 0x0000_ffff : -1);
            int at = SELECTOR_HEAD + KEY * i;
            putBig(selector, at, mask);
            putBig(selector, at + 4, address.getInt(4 * i) & mask);
            selector.putInt(at + 8, ETHERNET_HEADER + 4 * i + (destination ? 0 : 4));
        }
        return selector;
    }

    private static Request redirect(Request request, int link, ByteBuffer selector) {
        // struct tc_mirred: index, capabilities, action, two counts, what to do, where
        byte[] mirred = words(28)
                .putInt(0)
                .putInt(0)
                .putInt(TC_ACT_STOLEN)
                .putInt(0)
                .putInt(0)
                .putInt(TCA_EGRESS_REDIR)
                .putInt(link)
                .array();
        return request.attribute(TCA_KIND, "u32")
                .nested(
                        TCA_OPTIONS,
                        () -> request.attribute(SELECTOR, selector.array())
                                .nested(
                                        TCA_U32_ACT,
                                        () -> request.nested(
                                                1,
                                                () -> request.attribute(TCA_ACT_KIND, "mirred")
                                                        .nested(
                                                                TCA_ACT_OPTIONS,
                                                                () -> request.attribute(TCA_MIRRED_PARMS, mirred)))));
    }

    /** Packets from or to a network belong to a class. */
    static Request classify(Request request, Prefix network, boolean destination, int handle) {
        ByteBuffer address = ByteBuffer.wrap(network.address().getAddress());
        int words = address.limit() / 4;
        ByteBuffer selector = selector(words);
        int offset = words == 1 ? (destination ? 16 : 12) : (destination ? 24 : 8);
        for (int i = 0; i < words; i++) {
            int bits = Math.clamp(network.length() - 32L * i, 0, 32);
            int mask = bits == 0 ? 0 : -1 << (32 - bits);
            int at = SELECTOR_HEAD + KEY * i;
            putBig(selector, at, mask);
            putBig(selector, at + 4, address.getInt(4 * i) & mask);
            selector.putInt(at + 8, offset + 4 * i);
        }
        return classify(request, selector, handle);
    }

    private static Request classify(Request request, ByteBuffer selector, int handle) {
        return request.attribute(TCA_KIND, "u32")
                .nested(
                        TCA_OPTIONS,
                        () -> request.attribute(TCA_U32_CLASSID, handle).attribute(SELECTOR, selector.array()));
    }

    /** {@code struct tc_u32_sel} with keys that compare nothing so far. */
    private static ByteBuffer selector(int keys) {
        return words(SELECTOR_HEAD + KEY * keys).put(0, (byte) TC_U32_TERMINAL).put(2, (byte) keys);
    }

    private static void putBig(ByteBuffer bytes, int at, int value) {
        bytes.duplicate().order(ByteOrder.BIG_ENDIAN).putInt(at, value);
    }

    private static ByteBuffer words(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    }

    private static int big(int protocol) {
        return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
                ? protocol
                : Short.toUnsignedInt(Short.reverseBytes((short) protocol));
    }
}
