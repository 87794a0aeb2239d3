package ondol.engine.logs;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import ondol.image.tls.TlsFiles;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.SeqPacket;

/** A way to a server of logs, by which one message goes after another. Used by one thread. */
public interface LogWire extends AutoCloseable {
    /** @throws IOException where it did not get there */
    void send(byte[] message) throws IOException, InterruptedException;

    @Override
    void close() throws IOException;

    /** Makes one, for the first message and after a failure. */
    interface Opening {
        LogWire open() throws IOException;
    }

    /** As long as a server is waited for that has no room for a message, or does not take a connection. */
    Duration PATIENCE = Duration.ofSeconds(3);

    /** To a unix socket of datagrams or, where it is one of those, of streams; by an absolute path. */
    static LogWire unix(Path socket) throws IOException {
        try {
            SeqPacket packets = SeqPacket.datagrams(
                    Objects.requireNonNull(socket.getParent()), String.valueOf(socket.getFileName()));
            return new Datagrams(packets);
        } catch (KernelException e) {
            if (e.errno() == Errno.EPROTOTYPE) {
                return unixStream(socket);
            }
            throw new IOException(e.getMessage(), e);
        }
    }

    private static LogWire unixStream(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return new Channel(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** Over TCP. */
    static LogWire tcp(String host, int port) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address(host, port), (int) PATIENCE.toMillis());
            return new Channel(channel);
        } catch (IOException e) {
            channel.close();
            throw new IOException("%s:%d: %s".formatted(host, port, e.getMessage()), e);
        }
    }

    /** Over TLS, with files that are read anew for each connection. */
    static LogWire tls(String host, int port, TlsFiles files) throws IOException {
        return TlsWire.open(host, port, files.context());
    }

    /** A datagram each. */
    static LogWire udp(String host, int port) throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        try {
            channel.connect(address(host, port));
            return new Channel(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** @throws IOException where the host has none */
    static InetSocketAddress address(String host, int port) throws IOException {
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new IOException("no such host");
        }
        return address;
    }

    /** What the JDK has channels for. */
    record Channel(WritableByteChannel channel) implements LogWire {
        @Override
        public void send(byte[] message) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(message);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** What it has none for. */
    record Datagrams(SeqPacket packets) implements LogWire {
        private static final long PAUSE = 5;

        @Override
        public void send(byte[] message) throws IOException, InterruptedException {
            try {
                long tries = PATIENCE.toMillis() / PAUSE;
                while (!packets.offer(message)) {
                    if (--tries < 0) {
                        throw new IOException("the server does not take messages");
                    }
                    Thread.sleep(PAUSE);
                }
            } catch (KernelException e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void close() {
            packets.close();
        }
    }
}
