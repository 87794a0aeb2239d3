package ondol.docker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import ondol.engine.Engine;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * Serves the Docker Engine API (versions 1.24 to 1.51) for one engine. Each request has a virtual thread, so that a
 * client that is slow, or waits, costs little.
 */
public final class DockerServer implements AutoCloseable {
    private final Server server;
    private final List<Path> sockets;

    private DockerServer(Server server, List<Path> sockets) {
        this.server = server;
        this.sockets = sockets;
    }

    /** As {@link #start(Engine, List, Access)}, for the engine's own user and group. */
    public static DockerServer start(Engine engine, List<String> addresses) throws IOException {
        return start(engine, addresses, Access.DEFAULT);
    }

    /**
     * Starts to serve. Closing the server leaves the engine open.
     *
     * @param addresses one or more of {@code unix:///absolute/path} and {@code tcp://HOST:PORT}
     * @throws IOException for an address that is in use or cannot be served
     */
    public static DockerServer start(Engine engine, List<String> addresses, Access access) throws IOException {
        QueuedThreadPool pool = new QueuedThreadPool(32, 4);
        pool.setName("docker-api");
        pool.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("request-", 0).factory()));
        Server server = new Server(pool);
        server.setHandler(new ApiHandler(engine));
        server.setErrorHandler(ApiHandler::malformed);
        Connectors connectors = new Connectors(server, access);
        for (String address : addresses) {
            connectors.add(address);
        }
        DockerServer started = new DockerServer(server, connectors.sockets());
        try {
            server.start();
            for (Path socket : connectors.sockets()) {
                UnixSocket.protect(socket, access.group());
            }
        } catch (Exception e) {
            started.close();
            throw new IOException("cannot serve on " + String.join(", ", addresses) + ": " + e.getMessage(), e);
        }
        return started;
    }

    /** Ends all connections, and removes the sockets. */
    @Override
    public void close() {
        try {
            server.stop();
            for (Path socket : sockets) {
                Files.deleteIfExists(socket);
            }
        } catch (Exception e) {
            throw new IllegalStateException("the server could not be stopped", e);
        }
    }
}
