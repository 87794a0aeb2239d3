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
 * A socket to the kernel's network ({@code man 7 netlink}). It stays in the network namespace in which it was opened,
 * whatever thread uses it. Safe for use by many threads, one request at a time; the kernel answers within the call that
 * asks, so nothing here waits.
 */
public final class NetlinkSocket implements AutoCloseable {
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 02000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDBUFFORCE = 32;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;

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

    /** Sent at once by {@link #requests}; as many acknowledgements fit into any socket's receive buffer. */
    private static final int AT_ONCE = 64;

    /** Beside the messages, the buffer of a sender is charged with what the kernel keeps of them. */
    private static final int OVERHEAD = 4096;

    private final Descriptor socket;
    private final Protocol protocol;
    private int sequence;
    private int sendBuffer = 64 * 1024;

    private NetlinkSocket(Descriptor socket, Protocol protocol) {
        this.socket = socket;
        this.protocol = protocol;
    }

    /** Which part of the kernel answers. */
    public enum Protocol {
        /** Links, addresses, routes and queues ({@code man 7 rtnetlink}). */
        ROUTE(0, "netlink"),
        /** Packet filters and connection tracking: nfnetlink ({@code linux/netfilter/nfnetlink.h}). */
        NETFILTER(12, "netfilter");

        private final int number;
        private final String word;

        Protocol(int number, String word) {
            this.number = number;
            this.word = word;
        }
    }

    /**
     * Opens a socket for links, addresses and routes in the calling thread's network namespace.
     *
     * @throws KernelException where the kernel refuses
     */
    public static NetlinkSocket open() {
        return open(Protocol.ROUTE);
    }

    /**
     * Opens a socket in the calling thread's network namespace.
     *
     * @throws KernelException where the kernel refuses; {@code EPROTONOSUPPORT} where it lacks the protocol
     */
    public static NetlinkSocket open(Protocol protocol) {
        int number =
                Kernel.callInt(Call.SOCKET, "AF_NETLINK, " + protocol, AF_NETLINK, SOCK_RAW_CLOEXEC, protocol.number);
        Descriptor socket = new Descriptor(number, "netlink socket");
        try {
            setUp(socket);
            return new NetlinkSocket(socket, protocol);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Opens a socket for links, addresses and routes in another network namespace.
     *
     * @param namespace a descriptor of {@code /proc/PID/ns/net} or the like; it may be closed afterwards
     * @throws KernelException where the kernel refuses
     */
    public static NetlinkSocket inNamespace(int namespace) {
        return inNamespace(namespace, Protocol.ROUTE);
    }

    /** Opens a socket in another network namespace, as {@link #inNamespace(int)}. */
    public static NetlinkSocket inNamespace(int namespace, Protocol protocol) {
        return Namespaced.visit(namespace, () -> open(protocol));
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
        throw new KernelException(call(request), request.shown(), Errno.EAGAIN);
    }

    /**
     * Makes many changes with few system calls. The kernel does them one after the other and does not stop at one that
     * fails; whoever wants all or nothing undoes what was done, or uses {@link #transaction} where the protocol has it.
     *
     * @throws KernelException the first refusal, with the others suppressed in it
     */
    public synchronized void requests(List<Request> requests) {
        List<KernelException> refused = new ArrayList<>();
        for (int from = 0; from < requests.size(); from += AT_ONCE) {
            List<Request> some = requests.subList(from, Math.min(requests.size(), from + AT_ONCE));
            // they are done in order, and a refusal is told in any case: the last alone has to be acknowledged
            some.getLast().acknowledged();
            send(some, some.getFirst(), 0);
            int first = sequence - some.size() + 1;
            boolean answered = false;
            while (!answered) {
                for (Message message : receive(some.getFirst(), 0)) {
                    int which = message.sequence() - first;
                    if (message.isEnd() && which >= 0 && which < some.size()) {
                        answered |= which == some.size() - 1;
                        acknowledge(some.get(which), message.reply(), refused);
                    }
                }
            }
        }
        throwFirst(refused);
    }

    /**
     * Makes many changes, all or none: an nfnetlink batch.
     *
     * @param requests {@code NFNL_MSG_BATCH_BEGIN}, what changes, and {@code NFNL_MSG_BATCH_END}; without the last the
     *     kernel looks at the changes and makes none
     * @param last which is the last of those that change something; the kernel says when it has come there
     * @throws KernelException the first refusal, with the others suppressed in it; then nothing has changed
     */
    public synchronized void transaction(List<Request> requests, int last) {
        int first = sequence + 1;
        Request confirmed = requests.get(last).acknowledged();
        send(requests, confirmed, 0);
        List<KernelException> refused = new ArrayList<>();
        boolean answered = false;
        while (!answered) {
            // all answers are there when sending returns; a batch that failed as a whole is answered at its beginning
            for (Message message : receive(confirmed, MSG_DONTWAIT)) {
                int which = message.sequence() - first;
                if (message.isEnd() && which >= 0 && which < requests.size()) {
                    acknowledge(requests.get(which), message.reply(), refused);
                    answered |= which == last || which == 0;
                }
            }
        }
        throwFirst(refused);
    }

    /** The socket's descriptor, for whoever sends {@link Request#message} by other means. */
    public int number() {
        return socket.number();
    }

    private static void throwFirst(List<KernelException> refused) {
        if (!refused.isEmpty()) {
            KernelException first = refused.getFirst();
            refused.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    private void exchange(Request request, int flags, List<Reply> replies) {
        send(List.of(request), request, flags);
        List<KernelException> refused = new ArrayList<>();
        boolean done = false;
        while (!done) {
            for (Message message : receive(request, 0)) {
                if (message.sequence() != sequence) {
                    // the rest of an exchange that failed half way
                    continue;
                }
                if (message.isEnd()) {
                    acknowledge(request, message.reply(), refused);
                    done = true;
                    break;
                }
                replies.add(message.reply());
            }
        }
        throwFirst(refused);
    }

    /** Sends messages in one datagram, numbered one after the other, the last with the current sequence. */
    private void send(List<Request> requests, Request shown, int flags) {
        List<byte[]> messages = new ArrayList<>();
        int length = 0;
        for (Request request : requests) {
            sequence++;
            byte[] message = request.bytes(sequence, flags);
            messages.add(message);
            length += message.length;
        }
        makeRoom(length, requests.size());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(length, 8);
            long at = 0;
            for (byte[] message : messages) {
                MemorySegment.copy(message, 0, out, ValueLayout.JAVA_BYTE, at, message.length);
                at += message.length;
            }
            result(shown, Kernel.raw(Call.SENDTO, socket.number(), out.address(), length, 0, 0, 0));
        }
    }

    /** A datagram that is longer than the socket's buffer is refused; root may have larger ones than others. */
    private void makeRoom(int length, int messages) {
        if (length + OVERHEAD > sendBuffer) {
            sendBuffer = length + OVERHEAD;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, sendBuffer);
                Kernel.raw(Call.SETSOCKOPT, socket.number(), SOL_SOCKET, SO_SNDBUFFORCE, size.address(), 4);
                // each may be refused, and a refusal takes about a kilobyte
                size.set(ValueLayout.JAVA_INT, 0, Math.max(sendBuffer, 1024 * messages));
                Kernel.raw(Call.SETSOCKOPT, socket.number(), SOL_SOCKET, SO_RCVBUFFORCE, size.address(), 4);
            }
        }
    }

    /** A message of a datagram. */
    private record Message(int sequence, Reply reply) {
        boolean isEnd() {
            return reply.type() == NLMSG_ERROR || reply.type() == NLMSG_DONE;
        }
    }

    private List<Message> receive(Request asked, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(BUFFER, 8);
            long length = result(
                    asked, Kernel.raw(Call.RECVFROM, socket.number(), in.address(), BUFFER, MSG_TRUNC | flags, 0, 0));
            if (length > BUFFER) {
                throw new KernelException(call(asked), asked.shown(), Errno.EMSGSIZE);
            }
            return datagram(asked, copy(in, (int) length));
        }
    }

    /** The attributes of a reply outlive the buffer that they came in. */
    private static ByteBuffer copy(MemorySegment in, int length) {
        return ByteBuffer.wrap(in.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE))
                .order(ByteOrder.nativeOrder());
    }

    private List<Message> datagram(Request asked, ByteBuffer bytes) {
        List<Message> messages = new ArrayList<>();
        int at = 0;
        while (at + HEADER <= bytes.limit()) {
            int length = bytes.getInt(at);
            if (length < HEADER || length > bytes.limit() - at) {
                throw new KernelException(call(asked), asked.shown(), Errno.EBADMSG);
            }
            int type = Short.toUnsignedInt(bytes.getShort(at + 4));
            int flags = Short.toUnsignedInt(bytes.getShort(at + 6));
            Reply reply = new Reply(type, flags, Reply.slice(bytes, at + HEADER, at + length));
            messages.add(new Message(bytes.getInt(at + 8), reply));
            at += (length + 3) & ~3;
        }
        return messages;
    }

    private void acknowledge(Request request, Reply reply, List<KernelException> refused) {
        ByteBuffer payload = reply.payload();
        int error = payload.limit() >= 4 ? payload.getInt(0) : 0;
        if (error >= 0) {
            return;
        }
        Errno errno = Errno.of(-error);
        if (request.tolerates(errno)) {
            return;
        }
        String words = "";
        if ((reply.flags() & NLM_F_ACK_TLVS) != 0) {
            words = reply.attributes(bodyOfError(reply)).text(NLMSGERR_ATTR_MSG);
        }
        refused.add(
                words.isEmpty()
                        ? new KernelException(call(request), request.shown(), errno)
                        : new KernelException(call(request), request.shown(), errno, words));
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

    private String call(Request request) {
        return protocol.word + " " + request.verb();
    }

    private long result(Request request, long result) {
        if (result < 0) {
            throw new KernelException(call(request), request.shown(), Errno.of((int) -result));
        }
        return result;
    }
}
