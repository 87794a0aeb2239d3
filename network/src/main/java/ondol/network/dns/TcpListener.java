package ondol.network.dns;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A scope's questions by TCP. */
final class TcpListener implements Loop.Ready {
    /** Of one container; the oldest makes place for a new one. */
    private static final int MOST_CONNECTIONS = 32;

    private final Scope scope;
    private final Loop loop;
    private final Deadlines idle;
    private final ServerSocketChannel channel;
    private final Set<TcpConnection> connections = new LinkedHashSet<>();

    TcpListener(Scope scope, Loop loop, Deadlines idle, ServerSocketChannel channel) {
        this.scope = scope;
        this.loop = loop;
        this.idle = idle;
        this.channel = channel;
    }

    @Override
    public void ready() throws IOException {
        SocketChannel accepted = channel.accept();
        if (accepted == null) {
            return;
        }
        if (connections.size() >= MOST_CONNECTIONS) {
            connections.iterator().next().broken();
        }
        try {
            TcpConnection connection = new TcpConnection(scope, accepted, idle, connections::remove);
            connection.serve(loop.register(accepted, SelectionKey.OP_READ, connection));
            connections.add(connection);
        } catch (IOException e) {
            Loop.quietly(accepted);
        }
    }

    @Override
    public void broken() {
        scope.close();
    }

    void close() {
        List.copyOf(connections).forEach(TcpConnection::broken);
        Loop.quietly(channel);
    }
}
