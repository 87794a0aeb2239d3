package ondol.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A unix socket of whole messages ({@code man 7 unix}, SOCK_SEQPACKET, or SOCK_DGRAM where it is said), which can carry
 * descriptors (SCM_RIGHTS, {@code man 3 cmsg}): what the JDK's sockets cannot.
 */
public final class SeqPacket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_SEQPACKET = 5;
    private static final int SHUT_WR = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int O_PATH = 0x200000;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_DIRECTORY = 0x10000;
    private static final int CONTROL = 96;
    private static final int CMSG_HEADER = 16;

    private final Descriptor socket;

    private SeqPacket(Descriptor socket) {
        this.socket = socket;
    }

    /** Two ends of a new connection ({@code man 2 socketpair}). */
    public static List<SeqPacket> pair() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(8, 4);
            Kernel.call(
                    Call.SOCKETPAIR,
                    "AF_UNIX, SOCK_SEQPACKET",
                    AF_UNIX,
                    SOCK_SEQPACKET | SOCK_CLOEXEC,
                    0,
                    pair.address());
            return List.of(
                    new SeqPacket(new Descriptor(pair.getAtIndex(ValueLayout.JAVA_INT, 0), "socket")),
                    new SeqPacket(new Descriptor(pair.getAtIndex(ValueLayout.JAVA_INT, 1), "socket")));
        }
    }

    /**
     * Connects to a listening socket ({@code man 2 connect}); the folder's path may be of any length.
     *
     * @throws KernelException ENOENT and ECONNREFUSED where nobody listens
     */
    public static SeqPacket connect(Path folder, String name) {
        return connect(folder, name, SOCK_SEQPACKET);
    }

    /**
     * A socket that sends datagrams to another one, such as {@code /dev/log}.
     *
     * @throws KernelException ENOENT and ECONNREFUSED where nobody receives, EPROTOTYPE where it is of another type
     */
    public static SeqPacket datagrams(Path folder, String name) {
        return connect(folder, name, SOCK_DGRAM);
    }

    private static SeqPacket connect(Path folder, String name, int type) {
        try (Arena arena = Arena.ofConfined()) {
            int directory = Kernel.callInt(
                    Call.OPENAT,
                    folder.toString(),
                    Kernel.AT_FDCWD,
                    Kernel.text(arena, folder.toString()).address(),
                    O_PATH | O_DIRECTORY | O_CLOEXEC);
            try (Descriptor at = new Descriptor(directory, folder.toString())) {
                byte[] path = (at.path() + "/" + name).getBytes(StandardCharsets.UTF_8);
                MemorySegment address = arena.allocate(110, 2);
                address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
                MemorySegment.copy(path, 0, address, ValueLayout.JAVA_BYTE, 2, path.length);
                SeqPacket made = new SeqPacket(new Descriptor(
                        Kernel.callInt(
                                Call.SOCKET,
                                type == SOCK_DGRAM ? "AF_UNIX, SOCK_DGRAM" : "AF_UNIX, SOCK_SEQPACKET",
                                AF_UNIX,
                                type | SOCK_CLOEXEC,
                                0),
                        name));
                try {
                    Kernel.call(
                            Call.CONNECT, folder + "/" + name, made.number(), address.address(), 2 + path.length + 1);
                } catch (KernelException e) {
                    made.close();
                    throw e;
                }
                return made;
            }
        }
    }

    public int number() {
        return socket.number();
    }

    /**
     * Sends one message ({@code man 2 sendmsg}).
     *
     * @param descriptors at most eight, which stay open here
     */
    public void send(byte[] bytes, List<Integer> descriptors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment message = header(arena, buffer, bytes.length);
            if (!descriptors.isEmpty()) {
                MemorySegment control = arena.allocate(CONTROL, 8);
                control.set(ValueLayout.JAVA_LONG, 0, CMSG_HEADER + 4L * descriptors.size());
                control.set(ValueLayout.JAVA_INT, 8, SOL_SOCKET);
                control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
                for (int i = 0; i < descriptors.size(); i++) {
                    control.set(ValueLayout.JAVA_INT, CMSG_HEADER + 4L * i, descriptors.get(i));
                }
                message.set(ValueLayout.ADDRESS, 32, control);
                message.set(ValueLayout.JAVA_LONG, 40, CMSG_HEADER + (4L * descriptors.size() + 7) / 8 * 8);
            }
            Kernel.call(Call.SENDMSG, socket.toString(), number(), message.address(), MSG_NOSIGNAL);
        }
    }

    /**
     * Sends one message where there is room for it, and does not wait.
     *
     * @return whether there was
     */
    public boolean offer(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, buffer, ValueLayout.JAVA_BYTE, 0, bytes.length);
            MemorySegment message = header(arena, buffer, bytes.length);
            Kernel.call(Call.SENDMSG, socket.toString(), number(), message.address(), MSG_NOSIGNAL | MSG_DONTWAIT);
            return true;
        } catch (KernelException e) {
            if (e.errno() == Errno.EAGAIN || e.errno() == Errno.ENOBUFS) {
                return false;
            }
            throw e;
        }
    }

    /** A message and the descriptors that came with it, which the receiver closes. Empty at the end of the stream. */
    public record Received(byte[] bytes, List<Descriptor> descriptors) {}

    /**
     * Receives one message ({@code man 2 recvmsg}).
     *
     * @param wait whether to wait for it
     * @throws KernelException EAGAIN where there is none and {@code wait} is false
     */
    public Received receive(int size, boolean wait) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(size);
            MemorySegment message = header(arena, buffer, size);
            MemorySegment control = arena.allocate(CONTROL, 8);
            message.set(ValueLayout.ADDRESS, 32, control);
            message.set(ValueLayout.JAVA_LONG, 40, CONTROL);
            int got = Kernel.callInt(
                    Call.RECVMSG,
                    socket.toString(),
                    number(),
                    message.address(),
                    MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
            List<Descriptor> descriptors = new ArrayList<>();
            if (message.get(ValueLayout.JAVA_LONG, 40) >= CMSG_HEADER
                    && control.get(ValueLayout.JAVA_INT, 12) == SCM_RIGHTS) {
                long end = Math.min(CONTROL, control.get(ValueLayout.JAVA_LONG, 0));
                for (long at = CMSG_HEADER; at + 4 <= end; at += 4) {
                    descriptors.add(new Descriptor(control.get(ValueLayout.JAVA_INT, at), "received"));
                }
            }
            return new Received(buffer.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE), descriptors);
        }
    }

    /** Says nothing more; what the other side says is still received ({@code man 2 shutdown}). */
    public void endSending() {
        Kernel.call(Call.SHUTDOWN, socket.toString(), number(), SHUT_WR);
    }

    /** A struct msghdr of one part: name, namelen, iov at 16, iovlen at 24, control at 32, controllen at 40. */
    private static MemorySegment header(Arena arena, MemorySegment buffer, int size) {
        MemorySegment part = arena.allocate(16, 8);
        part.set(ValueLayout.ADDRESS, 0, buffer);
        part.set(ValueLayout.JAVA_LONG, 8, size);
        MemorySegment message = arena.allocate(56, 8);
        message.set(ValueLayout.ADDRESS, 16, part);
        message.set(ValueLayout.JAVA_LONG, 24, 1);
        return message;
    }

    @Override
    public void close() {
        socket.close();
    }
}
