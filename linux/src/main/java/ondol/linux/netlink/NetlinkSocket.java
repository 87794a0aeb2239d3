package ondol.linux.netlink;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.linux.Namespaced;

/**
 * A socket to the kernel's network ({@code man 7 netlink}, protocol {@code NETLINK_ROUTE}). It stays in the network
 * namespace in which it was opened, whatever thread uses it. Safe for use by many threads, one request at a time; the
 * kernel answers within the call that asks, so nothing here waits.
 */
public final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 02000000;
    private static final int NETLINK_ROUTE = 0;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int MSG_TRUNC = 0x20;

    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int NLM_F_DUMP_INTR = 0x10;
    private static final int NLM_F_CAPPED = 0x100;
    private static final int NLM_F_ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;
    private static final int HEADER = 16;

    /** The kernel fills at most 32 KiB per datagram of a list. */
    private static final int BUFFER = 64 * 1024;

    private static final int TRIES = 10;

    private final Descriptor socket;
    private int sequence;

    private NetlinkSocket(Descriptor socket) {
        this.socket = socket;
    }

    /**
     * Opens a socket in the calling thread's network namespace.
     *
     * @throws KernelException where the kernel refuses
     */
    public static NetlinkSocket open() {
        int number = Kernel.callInt(Call.SOCKET, "AF_NETLINK", AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_ROUTE);
        Descriptor socket = new Descriptor(number, "netlink socket");
        try {
            setUp(socket);
            return new NetlinkSocket(socket);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Opens a socket in another network namespace, on a thread that goes there alone and ends.
     *
     * @param namespace a descriptor of {@code /proc/PID/ns/net} or the like; it may be closed afterwards
     * @throws KernelException where the kernel refuses
     */
    public static NetlinkSocket inNamespace(int namespace) {
        return Namespaced.call(namespace, NetlinkSocket::open);
    }

    private static void setUp(Descriptor socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            // words with errors (4.12), short acknowledgements (4.3), exact filters of lists (4.20): older kernels
            // refuse an option, and everything works without
            for (int option : new int[] {NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK}) {
                Kernel.raw(Call.SETSOCKOPT, socket.number(), SOL_NETLINK, option, one.address(), 4);
            }
            // struct sockaddr_nl of the kernel: once connected, no other process's messages get in
            MemorySegment kernel = arena.allocate(12, 4);
            kernel.set(ValueLayout.JAVA_SHORT, 0, (short) AF_NETLINK);
            Kernel.call(Call.CONNECT, "kernel's netlink", socket.number(), kernel.address(), 12);
        }
    }

    /**
     * Makes a change, or asks about one thing.
     *
     * @return the answers before the acknowledgement; none for a change
     * @throws KernelException where the kernel refuses, in its own words where it gives any
     */
    public synchronized List<Reply> request(Request request) {
        List<Reply> replies = new ArrayList<>();
        exchange(request, Request.ACK, replies);
        return replies;
    }

    /**
     * Asks for a list, again where it changed meanwhile.
     *
     * @throws KernelException where the kernel refuses; {@code EAGAIN} where the list never stood still
     */
    public synchronized List<Reply> list(Request request) {
        for (int i = 0; i < TRIES; i++) {
            List<Reply> replies = new ArrayList<>();
            exchange(request, Request.DUMP, replies);
            if (replies.stream().allMatch(reply -> (reply.flags() & NLM_F_DUMP_INTR) == 0)) {
                return replies;
            }
        }
        throw new KernelException("netlink " + request.verb(), request.shown(), Errno.EAGAIN);
    }

    @Override
    public void close() {
        socket.close();
    }

    private void exchange(Request request, int flags, List<Reply> replies) {
        sequence++;
        byte[] message = request.bytes(sequence, flags);
        String call = "netlink " + request.verb();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocateFrom(ValueLayout.JAVA_BYTE, message);
            result(call, request, Kernel.raw(Call.SENDTO, socket.number(), out.address(), message.length, 0, 0, 0));
            MemorySegment in = arena.allocate(BUFFER, 8);
            boolean done = false;
            while (!done) {
                long length = result(
                        call,
                        request,
                        Kernel.raw(Call.RECVFROM, socket.number(), in.address(), BUFFER, MSG_TRUNC, 0, 0));
                if (length > BUFFER) {
                    throw new KernelException(call, request.shown(), Errno.EMSGSIZE);
                }
                done = datagram(call, request, copy(in, (int) length), replies);
            }
        }
    }

    /** The attributes of a reply outlive the buffer that they came in. */
    private static ByteBuffer copy(MemorySegment in, int length) {
        return ByteBuffer.wrap(in.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE))
                .order(ByteOrder.nativeOrder());
    }

    /** Reads the messages of one datagram; true where the last of them ends the exchange. */
    private boolean datagram(String call, Request request, ByteBuffer bytes, List<Reply> replies) {
        int at = 0;
        while (at + HEADER <= bytes.limit()) {
            int length = bytes.getInt(at);
            if (length < HEADER || length > bytes.limit() - at) {
                throw new KernelException(call, request.shown(), Errno.EBADMSG);
            }
            int type = Short.toUnsignedInt(bytes.getShort(at + 4));
            int flags = Short.toUnsignedInt(bytes.getShort(at + 6));
            boolean ours = bytes.getInt(at + 8) == sequence;
            Reply reply = new Reply(type, flags, Reply.slice(bytes, at + HEADER, at + length));
            at += (length + 3) & ~3;
            if (!ours) {
                // the rest of an exchange that failed half way
                continue;
            }
            if (type == NLMSG_ERROR || type == NLMSG_DONE) {
                acknowledge(call, request, reply);
                return true;
            }
            replies.add(reply);
        }
        return false;
    }

    private static void acknowledge(String call, Request request, Reply reply) {
        ByteBuffer payload = reply.payload();
        int error = payload.limit() >= 4 ? payload.getInt(0) : 0;
        if (error >= 0) {
            return;
        }
        Errno errno = Errno.of(-error);
        String words = "";
        if ((reply.flags() & NLM_F_ACK_TLVS) != 0) {
            words = reply.attributes(bodyOfError(reply)).text(NLMSGERR_ATTR_MSG);
        }
        throw words.isEmpty()
                ? new KernelException(call, request.shown(), errno)
                : new KernelException(call, request.shown(), errno, words);
    }

    /** The error number, and the request that failed: its header alone, or all of it; none of it after a list. */
    private static int bodyOfError(Reply reply) {
        if (reply.type() == NLMSG_DONE) {
            return 4;
        }
        boolean headerAlone =
                (reply.flags() & NLM_F_CAPPED) != 0 || reply.payload().limit() < 8;
        return headerAlone ? 4 + HEADER : 4 + ((reply.payload().getInt(4) + 3) & ~3);
    }

    private static long result(String call, Request request, long result) {
        if (result < 0) {
            throw new KernelException(call, request.shown(), Errno.of((int) -result));
        }
        return result;
    }
}
