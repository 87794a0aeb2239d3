package ondol.network.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import ondol.linux.Namespaced;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Section;

/** A resolver at port 53 of an address, which says what a test wants, by UDP and TCP. */
final class LittleResolver implements AutoCloseable {
    /** What is sent, in this order; nothing where it is empty. */
    interface Behaviour {
        List<byte[]> answers(Message question, boolean tcp) throws IOException;
    }

    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private final Behaviour behaviour;
    final AtomicInteger asked = new AtomicInteger();

    LittleResolver(int namespace, String address, Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        InetAddress at = InetAddress.ofLiteral(address);
        udp = Namespaced.call(namespace, () -> new DatagramSocket(53, at));
        tcp = Namespaced.call(namespace, () -> new ServerSocket(53, 50, at));
        Thread.ofVirtual().start(this::packets);
        Thread.ofVirtual().start(this::connections);
    }

    static Message answer(Message question) {
        Message answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        answer.addRecord(question.getQuestion(), Section.QUESTION);
        return answer;
    }

    static Message answer(Message question, String... addresses) {
        Message answer = answer(question);
        for (String address : addresses) {
            answer.addRecord(
                    new ARecord(question.getQuestion().getName(), DClass.IN, 300, InetAddress.ofLiteral(address)),
                    Section.ANSWER);
        }
        return answer;
    }

    private void packets() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
                udp.receive(packet);
                asked.incrementAndGet();
                byte[] bytes = java.util.Arrays.copyOf(packet.getData(), packet.getLength());
                for (byte[] answer : behaviour.answers(new Message(bytes), false)) {
                    udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void connections() {
        try {
            while (true) {
                Socket socket = tcp.accept();
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        DataInputStream in = new DataInputStream(socket.getInputStream());
                        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                        byte[] bytes = new byte[in.readUnsignedShort()];
                        in.readFully(bytes);
                        asked.incrementAndGet();
                        for (byte[] answer : behaviour.answers(new Message(bytes), true)) {
                            out.writeShort(answer.length);
                            out.write(answer);
                            out.flush();
                        }
                    } catch (IOException e) {
                        // the far end is gone
                    }
                });
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }
}
