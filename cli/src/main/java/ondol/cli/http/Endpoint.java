package ondol.cli.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import ondol.image.tls.TlsFiles;
import org.jspecify.annotations.Nullable;

/** Where an engine listens: {@code unix:///path} or {@code tcp://host:port}. */
public final class Endpoint {
    private static final int DEFAULT_PORT = 2375;
    private static final int DEFAULT_TLS_PORT = 2376;

    private final String text;
    private final boolean unix;
    private final String address;
    private final int port;
    private final @Nullable TlsFiles tls;

    private Endpoint(String text, boolean unix, String address, int port, @Nullable TlsFiles tls) {
        this.text = text;
        this.unix = unix;
        this.address = address;
        this.port = port;
        this.tls = tls;
    }

    /**
     * Reads a host as Docker's {@code -H} takes it.
     *
     * @throws IllegalArgumentException with a sentence, when it is neither a unix socket nor a TCP address
     */
    public static Endpoint parse(String text) {
        return parse(text, null);
    }

    /** As {@link #parse(String)}, where TCP is protected by what {@code tls} names. */
    public static Endpoint parse(String text, @Nullable TlsFiles tls) {
        if (text.startsWith("unix://")) {
            String path = text.substring("unix://".length());
            if (path.isEmpty())
                throw new IllegalArgumentException(
                        "the host " + text + " names no socket; write unix:///path/to/socket");
            return new Endpoint(text, true, path, 0, null);
        }
        if (text.startsWith("/")) return new Endpoint("unix://" + text, true, text, 0, null);
        String rest = text;
        if (text.startsWith("tcp://")) rest = text.substring("tcp://".length());
        else if (text.startsWith("http://")) rest = text.substring("http://".length());
        else if (text.contains("://")) throw invalid(text);
        if (rest.endsWith("/")) rest = rest.substring(0, rest.length() - 1);
        return tcp(text, rest, tls);
    }

    private static Endpoint tcp(String text, String rest, @Nullable TlsFiles tls) {
        int colon = rest.lastIndexOf(':');
        String host = rest;
        int port = tls == null ? DEFAULT_PORT : DEFAULT_TLS_PORT;
        if (colon >= 0 && rest.indexOf(']', colon) < 0) {
            host = rest.substring(0, colon);
            try {
                port = Integer.parseInt(rest.substring(colon + 1));
            } catch (NumberFormatException e) {
                throw invalid(text);
            }
        }
        if (host.startsWith("[") && host.endsWith("]")) host = host.substring(1, host.length() - 1);
        if (host.isEmpty()) host = "localhost";
        if (port < 1 || port > 65535 || host.indexOf('/') >= 0) throw invalid(text);
        return new Endpoint(text, false, host, port, tls);
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException(
                "unable to parse docker host `" + text + "`: write unix:///path/to/socket or tcp://host:port");
    }

    /** Whether this is a unix socket, so that the engine is on this machine. */
    public boolean isUnix() {
        return unix;
    }

    /** The files of its TLS; null for none. */
    public @Nullable TlsFiles tls() {
        return tls;
    }

    /** The socket's path, or the TCP host. */
    public String address() {
        return address;
    }

    /** A new connection. */
    public Connection connect() throws IOException {
        TlsFiles files = tls;
        if (files != null) return new Connection(TlsChannel.connect(address, port, files), address);
        SocketAddress target = unix ? UnixDomainSocketAddress.of(address) : new InetSocketAddress(address, port);
        SocketChannel channel;
        if (unix) {
            channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        } else {
            if (((InetSocketAddress) target).isUnresolved())
                throw new IOException("no address known for host " + address);
            channel = SocketChannel.open();
        }
        try {
            channel.connect(target);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return new Connection(channel, unix ? "ondol" : address);
    }

    @Override
    public String toString() {
        return text;
    }
}
