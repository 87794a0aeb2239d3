package ondol.docker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import ondol.engine.Engine;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
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

    /**
     * Starts to serve. Closing the server leaves the engine open.
     *
     * @param addresses {@code unix:///absolute/path}, and {@code tcp://127.0.0.1:PORT} where everybody on the machine
     *     may command the engine
     * @throws IOException for an address that is in use or cannot be served
     */
    public static DockerServer start(Engine engine, List<String> addresses) throws IOException {
        QueuedThreadPool pool = new QueuedThreadPool(32, 4);
        pool.setName("docker-api");
        pool.setVirtualThreadsExecutor(Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("request-", 0).factory()));
        Server server = new Server(pool);
        server.setHandler(new ApiHandler(engine));
        server.setErrorHandler(ApiHandler::malformed);
        List<Path> sockets = new ArrayList<>();
        for (String address : addresses) {
            server.addConnector(connector(server, address, sockets));
        }
        DockerServer started = new DockerServer(server, sockets);
        try {
            server.start();
            for (Path socket : sockets) {
                UnixSocket.protect(socket);
            }
        } catch (Exception e) {
            started.close();
            throw new IOException("cannot serve on " + String.join(", ", addresses) + ": " + e.getMessage(), e);
        }
        return started;
    }

    private static AbstractConnector connector(Server server, String address, List<Path> sockets) throws IOException {
        HttpConnectionFactory http = new HttpConnectionFactory(configuration());
        // archives of images come in by the gigabyte
        http.setInputBufferSize(128 << 10);
        AbstractConnector connector;
        if (address.startsWith("unix://")) {
            Path path = Path.of(address.substring("unix://".length()));
            UnixSocket.prepare(path);
            sockets.add(path);
            UnixDomainServerConnector unix = new UnixDomainServerConnector(server, 1, 1, http);
            unix.setUnixDomainPath(path);
            unix.setAcceptQueueSize(1024);
            connector = unix;
        } else if (address.startsWith("tcp://")) {
            connector = tcp(server, address, http);
        } else {
            throw new IOException("no address to serve on: " + address + " (unix:///PATH or tcp://127.0.0.1:PORT)");
        }
        connector.setIdleTimeout(Call.IDLE);
        return connector;
    }

    private static AbstractConnector tcp(Server server, String address, HttpConnectionFactory http) throws IOException {
        URI uri;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new IOException("no address to serve on: " + address, e);
        }
        if (uri.getHost() == null
                || uri.getPort() < 0
                || !InetAddress.getByName(uri.getHost()).isLoopbackAddress()) {
            throw new IOException("TCP is served on loopback only, such as tcp://127.0.0.1:2375, not on " + address);
        }
        ServerConnector tcp = new ServerConnector(server, 1, 1, http);
        tcp.setHost(uri.getHost());
        tcp.setPort(uri.getPort());
        return tcp;
    }

    private static HttpConfiguration configuration() {
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setRequestHeaderSize(64 << 10);
        // Paths name images, not files: what would be dangerous for files is not.
        http.setUriCompliance(UriCompliance.UNSAFE);
        return http;
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
