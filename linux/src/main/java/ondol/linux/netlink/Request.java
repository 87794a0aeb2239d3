package ondol.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import ondol.linux.Errno;

/**
 * A message on its way to the kernel: {@code struct nlmsghdr}, a fixed body, and attributes, each aligned to four bytes
 * ({@code man 3 netlink}, {@code man 3 rtnetlink}).
 */
public final class Request {
    static final int REQUEST = 0x1;
    static final int ACK = 0x4;
    static final int DUMP = 0x300;

    /** {@code NLM_F_CREATE | NLM_F_EXCL}: make it, and fail with EEXIST where it is there. */
    public static final int CREATE_NEW = 0x400 | 0x200;

    private static final int HEADER = 16;
    private static final int NESTED = 0x8000;
    private static final int MAX_ATTRIBUTE = 0xffff;

    private final String verb;
    private Set<Errno> tolerated = Set.of();
    private final String shown;
    private ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());

    /**
     * @param verb what is asked, for error sentences, such as {@code newlink}
     * @param shown of what, such as a link's name
     * @param type such as {@code RTM_NEWLINK}
     * @param flags beside {@code NLM_F_REQUEST} and those that the socket adds
     */
    public Request(String verb, String shown, int type, int flags) {
        this.verb = verb;
        this.shown = shown;
        bytes.putInt(0).putShort((short) type).putShort((short) (flags | REQUEST));
        bytes.putInt(0).putInt(0);
    }

    String verb() {
        return verb;
    }

    String shown() {
        return shown;
    }

    /** Appends one byte of a body. */
    public Request u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    /** Appends two bytes of a body, in the machine's order. */
    public Request u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    /** Appends four bytes of a body, in the machine's order. */
    public Request u32(int value) {
        room(4).putInt(value);
        return this;
    }

    /** Appends an attribute. */
    public Request attribute(int type, byte[] payload) {
        if (payload.length + 4 > MAX_ATTRIBUTE) {
            throw new IllegalArgumentException("netlink attribute " + type + " is longer than 65531 bytes");
        }
        u16(payload.length + 4).u16(type);
        room(payload.length).put(payload);
        return align();
    }

    /** Appends an attribute of four bytes. */
    public Request attribute(int type, int value) {
        return u16(8).u16(type).u32(value);
    }

    /** Appends an attribute of eight bytes, in the machine's order. */
    public Request attribute(int type, long value) {
        u16(12).u16(type);
        room(8).putLong(value);
        return this;
    }

    /** Appends an attribute of four bytes in network order, as all of netfilter's numbers are. */
    public Request attributeBig(int type, int value) {
        return attribute(type, ByteBuffer.allocate(4).putInt(value).array());
    }

    /** Appends an attribute of eight bytes in network order. */
    public Request attributeBig(int type, long value) {
        return attribute(type, ByteBuffer.allocate(8).putLong(value).array());
    }

    /** Appends an attribute of text, ended by a zero byte. */
    public Request attribute(int type, String text) {
        return attribute(type, (text + "\0").getBytes(StandardCharsets.UTF_8));
    }

    /** Appends an attribute that holds whatever the content appends. */
    public Request nested(int type, Runnable content) {
        int start = bytes.position();
        u16(0).u16(type | NESTED);
        content.run();
        int length = bytes.position() - start;
        if (length > MAX_ATTRIBUTE) {
            throw new IllegalArgumentException("netlink attribute " + type + " is longer than 65535 bytes");
        }
        bytes.putShort(start, (short) length);
        return this;
    }

    /** Appends an attribute that holds attributes which are there already, such as those of a message from the kernel. */
    public Request nested(int type, byte[] attributes) {
        return attribute(type | NESTED, attributes);
    }

    /** How many bytes the message has so far. */
    public int length() {
        return bytes.position();
    }

    /** The same; these refusals are none. */
    Request tolerating(Errno... refusals) {
        tolerated = Set.of(refusals);
        return this;
    }

    boolean tolerates(Errno refusal) {
        return tolerated.contains(refusal);
    }

    /** The same; the kernel says when it is done. */
    Request acknowledged() {
        bytes.putShort(6, (short) (bytes.getShort(6) | ACK));
        return this;
    }

    /**
     * The whole message, for whoever sends it from elsewhere, such as a plan's step in a container's own process. The
     * kernel acknowledges it.
     *
     * @param sequence a number that comes back with the acknowledgement
     */
    public byte[] message(int sequence) {
        return bytes(sequence, ACK);
    }

    /** The whole message, to be sent. */
    byte[] bytes(int sequence, int moreFlags) {
        int length = bytes.position();
        bytes.putInt(0, length);
        bytes.putShort(6, (short) (bytes.getShort(6) | moreFlags));
        bytes.putInt(8, sequence);
        byte[] message = new byte[Math.max(length, HEADER)];
        bytes.get(0, message, 0, length);
        return message;
    }

    private Request align() {
        while (bytes.position() % 4 != 0) {
            u8(0);
        }
        return this;
    }

    private ByteBuffer room(int more) {
        if (bytes.remaining() < more) {
            ByteBuffer larger = ByteBuffer.allocate(2 * bytes.capacity() + more).order(ByteOrder.nativeOrder());
            bytes = larger.put(bytes.flip());
        }
        return bytes;
    }
}
