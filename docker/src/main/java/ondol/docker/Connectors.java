package ondol.docker;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import ondol.image.tls.TlsFiles;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** The sockets that a server listens on, made from their addresses. */
final class Connectors {
    private static final System.Logger LOG = System.getLogger(Connectors.class.getName());

    /** The port that Docker's clients take where none is said: without TLS, and with it. */
    private static final int PLAIN_PORT = 2375;

    private static final int TLS_PORT = 2376;

    private final Server server;
    private final Access access;
    private final List<Path> sockets = new ArrayList<>();

    Connectors(Server server, Access access) {
        this.server = server;
        this.access = access;
    }

    /** The unix sockets among the addresses that were added. */
    List<Path> sockets() {
        return sockets;
    }

    void add(String address) throws IOException {
        AbstractConnector connector;
        if (address.startsWith("unix://")) {
            connector = unix(Path.of(address.substring("unix://".length())));
        } else if (address.startsWith("tcp://")) {
            connector = tcp(address);
        } else {
            throw new IOException("no address to serve on: " + address + " (unix:///PATH or tcp://HOST:PORT)");
        }
        connector.setIdleTimeout(Call.IDLE);
        server.addConnector(connector);
    }

    private AbstractConnector unix(Path path) throws IOException {
        UnixSocket.prepare(path);
        sockets.add(path);
        UnixDomainServerConnector unix = new UnixDomainServerConnector(server, 1, 1, http(false));
        unix.setUnixDomainPath(path);
        unix.setAcceptQueueSize(1024);
        return unix;
    }

    private AbstractConnector tcp(String address) throws IOException {
        URI uri;
        try {
            uri = URI.create(address);
        } catch (IllegalArgumentException e) {
            throw new IOException("no address to serve on: " + address, e);
        }
        String host = uri.getHost();
        if (host == null) {
            throw new IOException("no address to serve on: " + address + " (tcp://HOST:PORT)");
        }
        TlsFiles tls = access.tls();
        if (tls == null) {
            warn(address, host);
        }
        ServerConnector tcp = tls == null
                ? new Alive(server, http(false))
                : new Alive(server, new SslConnectionFactory(secure(tls), HttpVersion.HTTP_1_1.asString()), http(true));
        tcp.setHost(host);
        tcp.setPort(uri.getPort() >= 0 ? uri.getPort() : tls == null ? PLAIN_PORT : TLS_PORT);
        tcp.setAcceptQueueSize(1024);
        return tcp;
    }

    /** Of a client whose machine has gone nothing would ever be heard: it is asked for every so often, {@code man 7 tcp}. */
    private static final class Alive extends ServerConnector {
        private static final int SECONDS = 30;

        Alive(Server server, ConnectionFactory... factories) {
            super(server, 1, 1, factories);
        }

        @Override
        protected void configure(Socket socket) {
            super.configure(socket);
            try {
                socket.setKeepAlive(true);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, SECONDS);
                socket.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, SECONDS);
            } catch (IOException e) {
                Connectors.LOG.log(
                        System.Logger.Level.DEBUG, "a connection is not kept alive", e); // it has just been closed
            }
        }
    }

    /** Plain TCP is root on this machine for whoever can connect. */
    private void warn(String address, String host) throws IOException {
        boolean loopback;
        try {
            loopback = InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            throw new IOException("no address is known for " + host, e);
        }
        if (!loopback && !access.plain()) {
            throw new IOException("plain TCP is served on loopback only, such as tcp://127.0.0.1:2375, not on "
                    + address + ": use --tlsverify, or --tls=false to let everybody in");
        }
        LOG.log(
                System.Logger.Level.WARNING,
                "{0} IS SERVED WITHOUT TLS: EVERYBODY WHO REACHES IT IS ROOT ON THIS MACHINE{1}",
                address,
                loopback ? " (every user here, and every container in the host''s network)" : "");
    }

    private static SslContextFactory.Server secure(TlsFiles tls) throws IOException {
        if (tls.certificate() == null || tls.key() == null) {
            throw new IOException("TLS needs --tlscert and --tlskey");
        }
        SslContextFactory.Server factory = new SslContextFactory.Server();
        factory.setSslContext(tls.context());
        factory.setNeedClientAuth(tls.verify());
        return factory;
    }

    private static HttpConnectionFactory http(boolean secure) {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setRequestHeaderSize(64 << 10);
        // Paths name images, not files: what would be dangerous for files is not.
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        if (secure) {
            // Docker's clients say any name for the host; whom they trust they check themselves.
            configuration.addCustomizer(new SecureRequestCustomizer(false));
        }
        HttpConnectionFactory http = new HttpConnectionFactory(configuration);
        // archives of images come in by the gigabyte
        http.setInputBufferSize(128 << 10);
        return http;
    }
}
