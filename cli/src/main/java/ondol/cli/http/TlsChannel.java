package ondol.cli.http;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import ondol.image.tls.TlsFiles;

/** A TLS connection to an engine, whose certificate has to be for the host's name or address. */
final class TlsChannel implements ByteChannel {
    private final SSLSocket socket;

    private TlsChannel(SSLSocket socket) {
        this.socket = socket;
    }

    static TlsChannel connect(String host, int port, TlsFiles files) throws IOException {
        Socket plain = new Socket(host, port);
        try {
            plain.setTcpNoDelay(true);
            SSLSocket socket = (SSLSocket) files.context().getSocketFactory().createSocket(plain, host, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new TlsChannel(socket);
        } catch (SSLException e) {
            plain.close();
            throw new IOException("TLS with " + host + " fails: " + e.getMessage(), e);
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        int n;
        try {
            n = socket.getInputStream().read(to.array(), to.arrayOffset() + to.position(), to.remaining());
        } catch (SSLException e) {
            throw new IOException("the engine ended TLS: " + e.getMessage() + " (is this certificate known to it?)", e);
        }
        if (n > 0) to.position(to.position() + n);
        return n;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int n = from.remaining();
        socket.getOutputStream().write(from.array(), from.arrayOffset() + from.position(), n);
        from.position(from.limit());
        return n;
    }

    void closeOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public boolean isOpen() {
        return !socket.isClosed();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
