package ondol.engine.logs;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * To a server of logs over TLS, whose certificate has to be for the host's name or address. In TLS 1.3 a server looks at a
 * client's certificate when the client takes the handshake for done (RFC 8446, section 4.4.2.4): a refusal comes as an
 * answer, which nobody would read of a protocol that has no answers. So answers are read here.
 */
final class TlsWire implements LogWire {
    private static final System.Logger LOG = System.getLogger(TlsWire.class.getName());
    /** How long a server is waited for that may still refuse; most say something at once, if only how to come back. */
    private static final Duration VERDICT = Duration.ofMillis(200);

    private static final int LOOK = 2;

    private final String server;
    private final Socket plain;
    private final SSLSocket socket;
    /** What a server says in words is of no use. */
    private final byte[] said = new byte[1024];

    private TlsWire(String server, Socket plain, SSLSocket socket) {
        this.server = server;
        this.plain = plain;
        this.socket = socket;
    }

    static TlsWire open(String host, int port, SSLContext context) throws IOException {
        String server = host + ":" + port;
        Socket plain = new Socket();
        try {
            plain.connect(LogWire.address(host, port), (int) PATIENCE.toMillis());
        } catch (IOException e) {
            plain.close();
            throw new IOException("%s: %s".formatted(server, e.getMessage()), e);
        }
        try {
            plain.setTcpNoDelay(true);
            SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.startHandshake();
            TlsWire wire = new TlsWire(server, plain, socket);
            wire.verdict();
            return wire;
        } catch (IOException | InterruptedException e) {
            plain.close();
            throw new IOException("%s: %s".formatted(server, reason(e)), e);
        }
    }

    private void verdict() throws IOException, InterruptedException {
        long end = System.nanoTime() + VERDICT.toNanos();
        while (plain.getInputStream().available() == 0 && System.nanoTime() < end) {
            Thread.sleep(LOOK);
        }
        socket.setSoTimeout(LOOK);
        hear();
    }

    /** Whether the server has ended the connection meanwhile. */
    private void hear() throws IOException {
        if (plain.getInputStream().available() == 0) {
            return;
        }
        try {
            if (socket.getInputStream().read(said) < 0) {
                throw new IOException("the server has ended the connection");
            }
        } catch (SocketTimeoutException e) {
            LOG.log(System.Logger.Level.TRACE, "only TLS itself had something to say", e);
        }
    }

    private static String reason(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertPathBuilderException) {
                return "TLS fails: no authority that is trusted has signed the server's certificate";
            }
        }
        return e instanceof SocketException
                ? "TLS fails: the server breaks the connection off (does it ask for a certificate?)"
                : "TLS fails: " + e.getMessage();
    }

    @Override
    public void send(byte[] message) throws IOException {
        try {
            hear();
            socket.getOutputStream().write(message);
        } catch (SSLException e) {
            throw new IOException("%s: %s".formatted(server, reason(e)), e);
        } catch (IOException e) {
            throw new IOException("%s: %s".formatted(server, e.getMessage()), e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
