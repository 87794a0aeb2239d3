package ondol.network;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.nio.ByteOrder;
import java.util.function.Supplier;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.network.NetworkException.Reason;

/**
 * A port of the machine, held by a socket that is bound and never listens: no program gets it meanwhile, and what arrives
 * is led elsewhere before it reaches the socket.
 */
public final class HostPort implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_REUSEADDR = 2;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_V6ONLY = 26;
    private static final int UDP = 17;

    private final Descriptor socket;

    private HostPort(Descriptor socket) {
        this.socket = socket;
    }

    /**
     * Takes a port.
     *
     * @param address an address of the machine, or any address
     * @param protocol such as 6 for TCP
     * @throws NetworkException {@code TAKEN} where a program has it, {@code INVALID} where the address is not the machine's
     */
    public static HostPort take(InetAddress address, int protocol, int port) {
        int family = Addresses.ipv4(address) ? AF_INET : AF_INET6;
        int type = protocol == UDP ? SOCK_DGRAM : SOCK_STREAM;
        String shown = shown(address, port);
        Descriptor socket = new Descriptor(
                Kernel.callInt(Call.SOCKET, shown, family, type | SOCK_CLOEXEC, protocol), "port " + shown);
        try {
            bind(socket, family, address, port, shown);
            return new HostPort(socket);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static void bind(Descriptor socket, int family, InetAddress address, int port, String shown) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            if (family == AF_INET6) {
                Kernel.call(
                        Call.SETSOCKOPT, "IPV6_V6ONLY", socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, one.address(), 4);
            }
            MemorySegment place = arena.allocate(28, 4); // struct sockaddr_in6, or the shorter sockaddr_in
            place.set(ValueLayout.JAVA_SHORT, 0, (short) family);
            place.set(ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2, (short) port);
            byte[] bytes = address.getAddress();
            MemorySegment.copy(bytes, 0, place, ValueLayout.JAVA_BYTE, family == AF_INET ? 4 : 8, bytes.length);
            int size = family == AF_INET ? 16 : 28;
            long result = Kernel.raw(Call.BIND, socket.number(), place.address(), size, 0, 0, 0);
            if (result == -Errno.EADDRINUSE.number()) {
                // connections of a program that has gone linger; a program that listens is still refused
                Kernel.call(
                        Call.SETSOCKOPT, "SO_REUSEADDR", socket.number(), SOL_SOCKET, SO_REUSEADDR, one.address(), 4);
                result = Kernel.raw(Call.BIND, socket.number(), place.address(), size, 0, 0, 0);
            }
            if (result < 0) {
                throw refused(Errno.of((int) -result), address, shown);
            }
        }
    }

    private static RuntimeException refused(Errno errno, InetAddress address, String shown) {
        return switch (errno) {
            case EADDRINUSE ->
                new NetworkException(Reason.TAKEN, "Bind for %s failed: port is already allocated".formatted(shown));
            case EADDRNOTAVAIL ->
                new NetworkException(
                        Reason.INVALID,
                        "cannot assign requested address: %s is no address of this machine"
                                .formatted(Addresses.text(address)));
            default -> new KernelException("bind", shown, errno);
        };
    }

    /** Does something that takes the same port at one of its addresses, which nobody else may. */
    public <T> T shared(Supplier<T> action) {
        reuse(1);
        try {
            return action.get();
        } finally {
            reuse(0);
        }
    }

    private void reuse(int whether) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(ValueLayout.JAVA_INT, whether);
            Kernel.call(Call.SETSOCKOPT, "SO_REUSEADDR", socket.number(), SOL_SOCKET, SO_REUSEADDR, value.address(), 4);
        }
    }

    /** As {@code 0.0.0.0:8080} or {@code [::]:8080}. */
    public static String shown(InetAddress address, int port) {
        String text = Addresses.text(address);
        return (Addresses.ipv4(address) ? text : "[" + text + "]") + ":" + port;
    }

    @Override
    public void close() {
        socket.close();
    }
}
