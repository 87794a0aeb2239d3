package ondol.network;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A TCP port of the machine's {@code ::1} that leads to a container. The kernel does that for every other address, but takes
 * no packet to {@code ::1} from a bridge, so here it is a program that copies, each connection by two virtual threads. Whoever
 * is slow, or goes, costs the others nothing: there is one small buffer each way, and what is read waits for what is written.
 * Safe for use by many threads.
 */
public final class LoopbackRelay implements AutoCloseable {
    /** The address that it listens at. */
    public static final InetAddress ADDRESS = InetAddress.ofLiteral("::1");

    /** How many connections one port may have; who comes later waits for one to end. */
    private static final int MOST = 512;

    private static final int BUFFER = 16 * 1024;
    private static final int BACKLOG = 128;
    private static final int CONNECT_MILLIS = 10_000;
    private static final int PAUSE_MILLIS = 100;

    private final ServerSocketChannel listening;
    private final Semaphore all;
    private final Semaphore room = new Semaphore(MOST);
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();

    private LoopbackRelay(ServerSocketChannel listening, Semaphore all) {
        this.listening = listening;
        this.all = all;
    }

    /**
     * Takes a port; who connects waits until {@link #lead}.
     *
     * @param all what all relays may have together: a permit is a connection
     * @return nothing where the machine has no {@code ::1}
     * @throws NetworkException {@code TAKEN} where a program has the port there
     */
    public static Optional<LoopbackRelay> listen(int port, Semaphore all) {
        ServerSocketChannel listening = null;
        try {
            listening = ServerSocketChannel.open(StandardProtocolFamily.INET6);
            listening.bind(new InetSocketAddress(ADDRESS, port), BACKLOG);
            return Optional.of(new LoopbackRelay(listening, all));
        } catch (UnsupportedOperationException e) {
            return Optional.empty();
        } catch (IOException e) {
            close(listening);
            if (e instanceof BindException
                    && String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("in use")) {
                throw new NetworkException(
                        NetworkException.Reason.TAKEN,
                        "Bind for %s failed: port is already allocated".formatted(HostPort.shown(ADDRESS, port)));
            }
            return Optional.empty();
        }
    }

    /** Copies what comes to a container's port, from now on. */
    public void lead(InetAddress container, int port) {
        InetSocketAddress target = new InetSocketAddress(container, port);
        Thread.ofVirtual().name("ondol-relay").start(() -> accept(target));
    }

    private void accept(InetSocketAddress target) {
        while (listening.isOpen()) {
            try {
                SocketChannel client = listening.accept();
                room.acquireUninterruptibly();
                all.acquireUninterruptibly();
                Thread.ofVirtual().name("ondol-relay-connection").start(() -> {
                    carry(client, target);
                    all.release();
                    room.release();
                });
            } catch (IOException e) {
                pause(); // there are too many descriptors, or it is closed
            }
        }
    }

    private void pause() {
        try {
            if (listening.isOpen()) {
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void carry(SocketChannel client, InetSocketAddress target) {
        SocketChannel far = null;
        try {
            open.add(client);
            far = SocketChannel.open();
            open.add(far);
            if (!listening.isOpen()) {
                return; // closed meanwhile, which did not see these
            }
            far.socket().connect(target, CONNECT_MILLIS);
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            far.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SocketChannel there = far;
            Thread back = Thread.ofVirtual().name("ondol-relay-answers").start(() -> copy(there, client));
            copy(client, far);
            back.join();
        } catch (IOException e) {
            reset(client); // nobody listens in the container
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            forget(client);
            forget(far);
        }
    }

    /** Until the end, which is passed on as such: the other way stays open. What breaks breaks at both ends. */
    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            reset(from);
            reset(to);
        }
    }

    private static void reset(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // it is closed already
        }
        close(channel);
    }

    private void forget(@Nullable SocketChannel channel) {
        if (channel != null) {
            open.remove(channel);
            close(channel);
        }
    }

    private static void close(@Nullable AutoCloseable channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (Exception e) {
            // there is nothing more to be done for it
        }
    }

    /** Gives the port back, and ends what goes through it. */
    @Override
    public void close() {
        close(listening);
        open.forEach(LoopbackRelay::reset);
    }
}
