package ondol.docker;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import ondol.engine.Engine;
import ondol.engine.EngineException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;

/**
 * Who is at the other end of a unix socket: the user that the process had when it connected ({@code SO_PEERCRED}, {@code man
 * 7 unix}).
 */
final class Peer {
    private static final String USER = Peer.class.getName();

    private Peer() {}

    /**
     * The user's name, or number where it has none; nothing for connections that are no unix sockets. It is looked up once for a
     * connection, since that reads the machine's users and groups.
     */
    @SuppressWarnings("unchecked")
    static Optional<String> user(ConnectionMetaData connection) {
        Object known = connection.getAttribute(USER);
        if (known == null) {
            known = user(connection.getConnection().getEndPoint());
            connection.setAttribute(USER, known);
        }
        return (Optional<String>) known;
    }

    private static Optional<String> user(EndPoint endPoint) {
        if (!(endPoint.getTransport() instanceof SocketChannel channel)
                || !channel.supportedOptions().contains(ExtendedSocketOptions.SO_PEERCRED)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName());
        } catch (UnsupportedOperationException e) {
            return Optional.empty(); // TCP has the option, and refuses it
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.DENIED,
                    "who is at the other end of the socket is not known: " + e.getMessage(),
                    e);
        }
    }

    /**
     * Whether the other end has been closed altogether, not only for writing: what reading alone does not tell. False where
     * that is not known: over TCP it takes a write to find out.
     */
    static boolean gone(EndPoint endPoint) throws IOException {
        if (!(endPoint.getTransport() instanceof SocketChannel channel)) {
            return false;
        }
        // Of what is asked for, EPOLLHUP makes everything ready; a connection that exists is never ready to be made.
        try (Selector selector = Selector.open()) {
            channel.register(selector, SelectionKey.OP_CONNECT);
            return selector.selectNow() > 0;
        } catch (ClosedChannelException e) {
            return true;
        }
    }

    /** The engine as whoever is at the other end sees it. */
    static Engine view(Engine engine, ConnectionMetaData connection) {
        return user(connection).map(engine::asUser).orElse(engine);
    }
}
