package ondol.network.dns;

import java.io.EOFException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One question to one resolver, on a socket of its own: its port is the kernel's choice, and packets of others do not
 * get in.
 */
abstract sealed class Attempt implements Loop.Ready {
    private final Exchange exchange;

    private Attempt(Exchange exchange) {
        this.exchange = exchange;
    }

    abstract void close();

    @Override
    public final void broken() {
        exchange.failed(this);
    }

    private static StandardProtocolFamily family(InetSocketAddress of) {
        return of.getAddress() instanceof Inet4Address ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    }

    final void heard(byte[] answer) {
        exchange.heard(this, answer);
    }

    /**
     * Asks.
     *
     * @throws IOException where the resolver cannot be reached at all
     */
    static Attempt begin(Loop loop, Exchange exchange, InetSocketAddress resolver, byte[] question, boolean tcp)
            throws IOException {
        return tcp ? Tcp.to(loop, exchange, resolver, question) : Udp.to(loop, exchange, resolver, question);
    }

    private static final class Udp extends Attempt {
        private static final int LONGEST = 65535;

        private final DatagramChannel channel;

        private Udp(Exchange exchange, DatagramChannel channel) {
            super(exchange);
            this.channel = channel;
        }

        static Udp to(Loop loop, Exchange exchange, InetSocketAddress resolver, byte[] question) throws IOException {
            DatagramChannel channel = DatagramChannel.open(family(resolver));
            try {
                Udp made = new Udp(exchange, channel.connect(resolver));
                loop.register(channel, SelectionKey.OP_READ, made);
                channel.write(ByteBuffer.wrap(question));
                return made;
            } catch (IOException | RuntimeException e) {
                Loop.quietly(channel);
                throw e;
            }
        }

        @Override
        public void ready() throws IOException {
            ByteBuffer packet = ByteBuffer.allocate(LONGEST);
            if (channel.read(packet) > 0) {
                byte[] answer = new byte[packet.flip().remaining()];
                packet.get(answer);
                heard(answer);
            }
        }

        @Override
        void close() {
            Loop.quietly(channel);
        }
    }

    private static final class Tcp extends Attempt {
        private final SocketChannel channel;
        private final ByteBuffer out;
        private ByteBuffer in = ByteBuffer.allocate(2);
        private boolean lengthKnown;
        private @Nullable SelectionKey key;

        private Tcp(Exchange exchange, SocketChannel channel, byte[] question) {
            super(exchange);
            this.channel = channel;
            this.out = ByteBuffer.allocate(2 + question.length)
                    .putShort((short) question.length)
                    .put(question)
                    .flip();
        }

        static Tcp to(Loop loop, Exchange exchange, InetSocketAddress resolver, byte[] question) throws IOException {
            SocketChannel channel = SocketChannel.open(family(resolver));
            try {
                Tcp made = new Tcp(exchange, channel, question);
                made.key = loop.register(channel, SelectionKey.OP_CONNECT, made);
                if (channel.connect(resolver)) {
                    made.key.interestOps(SelectionKey.OP_WRITE);
                }
                return made;
            } catch (IOException | RuntimeException e) {
                Loop.quietly(channel);
                throw e;
            }
        }

        @Override
        public void ready() throws IOException {
            if (!channel.finishConnect()) {
                return;
            }
            if (out.hasRemaining()) {
                channel.write(out);
                Objects.requireNonNull(key)
                        .interestOps(out.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
                return;
            }
            if (channel.read(in) < 0) {
                throw new EOFException();
            }
            if (in.hasRemaining()) {
                return;
            }
            if (lengthKnown) {
                heard(in.array());
            } else {
                lengthKnown = true;
                in = ByteBuffer.allocate(Short.toUnsignedInt(in.getShort(0)));
                ready();
            }
        }

        @Override
        void close() {
            Loop.quietly(channel);
        }
    }
}
