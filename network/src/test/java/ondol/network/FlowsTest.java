package ondol.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import ondol.linux.Namespaced;
import ondol.linux.netlink.NetlinkSocket;
import ondol.linux.nftables.Packet;
import org.junit.jupiter.api.Test;

/** A client outside that goes on sending from one port, while the port it sends to leads to one container, then another. */
class FlowsTest {
    private static final int PORT = 7000;

    @Test
    void aClientThatGoesOnFindsWhoHasThePortNow() throws Exception {
        try (TestMachine machine = new TestMachine()) {
            int host = machine.namespace();
            int outside = machine.namespace();
            int first = machine.namespace();
            int second = machine.namespace();
            machine.wire(host, "eth0", "192.0.2.1/24", outside, "eth0", "192.0.2.2/24");
            machine.wire(host, "inside0", "10.9.0.1/24", first, "eth0", "10.9.0.2/24");
            machine.wire(host, "inside1", "10.8.0.1/24", second, "eth0", "10.8.0.2/24");
            machine.gateway(first, "eth0", "10.9.0.1");
            machine.gateway(second, "eth0", "10.8.0.1");
            machine.set(host, "net/ipv4/ip_forward", "1");
            try (Firewall firewall = Namespaced.call(host, () -> Firewall.open("ondol-test"));
                    NetlinkSocket links = NetlinkSocket.inNamespace(host);
                    Flows flows = Namespaced.call(host, () -> Flows.open(links));
                    DatagramSocket one = answering(first, "one");
                    DatagramSocket other = answering(second, "other");
                    DatagramSocket client = Namespaced.call(outside, () -> new DatagramSocket(7777))) {
                assumeTrue(firewall.refusal().isEmpty(), "needs nf_tables");
                firewall.rebuild(List.of(network("inside0"), network("inside1")), List.of());
                List<Firewall.Port> before = List.of(port("10.9.0.2"));
                List<Firewall.Port> after = List.of(port("10.8.0.2"));
                assertThat(firewall.publish(before)).isTrue();
                flows.published(before);
                assertThat(ask(client)).isEqualTo("one");
                flows.published(before);
                assertThat(ask(client)).as("what is right stays").isEqualTo("one");
                firewall.withdraw(before);
                firewall.publish(after);
                assertThat(ask(client)).as("what the kernel remembers").isEqualTo("one");
                flows.published(after);
                assertThat(ask(client)).isEqualTo("other");
                firewall.withdraw(after);
                flows.withdrawn(after);
                firewall.publish(before);
                assertThat(ask(client)).isEqualTo("one");
                assertThat(one.isBound() && other.isBound()).isTrue();
            }
        }
    }

    private static Firewall.Network network(String bridge) {
        return new Firewall.Network(bridge, List.of(), List.of(), false);
    }

    private static Firewall.Port port(String container) {
        return new Firewall.Port(
                InetAddress.ofLiteral("0.0.0.0"), Packet.UDP, PORT, InetAddress.ofLiteral(container), PORT);
    }

    private static DatagramSocket answering(int namespace, String word) throws IOException {
        DatagramSocket socket = Namespaced.call(namespace, () -> new DatagramSocket(PORT));
        Thread.ofPlatform().daemon().start(() -> {
            DatagramPacket packet = new DatagramPacket(new byte[10], 10);
            try {
                while (true) {
                    socket.receive(packet);
                    byte[] answer = word.getBytes(StandardCharsets.UTF_8);
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // closed
            }
        });
        return socket;
    }

    private static String ask(DatagramSocket client) throws IOException {
        client.setSoTimeout(3000);
        client.send(new DatagramPacket(new byte[1], 1, InetAddress.ofLiteral("192.0.2.1"), PORT));
        DatagramPacket answer = new DatagramPacket(new byte[10], 10);
        client.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
    }
}
