package ondol.network.dns;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/** A scope's questions by UDP. */
final class UdpListener implements Loop.Ready {
    private static final System.Logger LOG = System.getLogger(UdpListener.class.getName());

    /** How many packets are read in a row, so that no container keeps the others waiting. */
    private static final int IN_A_ROW = 32;

    private final Scope scope;
    private final DatagramChannel channel;
    private final ByteBuffer packet = ByteBuffer.allocateDirect(Wire.LONGEST_QUESTION + 1);

    UdpListener(Scope scope, DatagramChannel channel) {
        this.scope = scope;
        this.channel = channel;
    }

    @Override
    public void ready() throws IOException {
        for (int i = 0; i < IN_A_ROW; i++) {
            packet.clear();
            SocketAddress from = channel.receive(packet);
            if (from == null) {
                return;
            }
            packet.flip();
            if (packet.remaining() <= Wire.LONGEST_QUESTION) {
                byte[] question = new byte[packet.remaining()];
                packet.get(question);
                scope.asked(new Asking(channel, from), question);
            }
        }
    }

    @Override
    public void broken() {
        scope.close();
    }

    private record Asking(DatagramChannel channel, SocketAddress from) implements Client {
        @Override
        public boolean tcp() {
            return false;
        }

        @Override
        public void send(ByteBuffer answer) {
            try {
                channel.send(answer, from);
            } catch (IOException e) {
                // who asked is gone, or a firewall of the container's forbids it
                LOG.log(Level.DEBUG, "an answer could not be sent to {0}: {1}", from, e.getMessage());
            }
        }
    }
}
