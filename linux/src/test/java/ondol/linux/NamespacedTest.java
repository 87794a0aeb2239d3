package ondol.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the kernel, in a network namespace made for each test. */
class NamespacedTest {
    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.11"), 53);

    @BeforeEach
    void assumeAllowed() {
        TestNamespaces.assumeAllowed();
    }

    @Test
    void onlyTheActionIsElsewhere() throws Exception {
        Path own = Path.of("/proc/thread-self/ns/net");
        Path before = Files.readSymbolicLink(own);
        try (Descriptor namespace = TestNamespaces.make()) {
            Path there = Namespaced.call(namespace.number(), () -> Files.readSymbolicLink(own));
            assertThat(there).isNotEqualTo(before);
            assertThat(there.toString()).startsWith("net:[");
        }
        assertThat(Files.readSymbolicLink(own)).isEqualTo(before);
    }

    @Test
    void channelsOfTheJdkStayInTheNamespaceTheyWereOpenedIn() throws Exception {
        try (Descriptor namespace = TestNamespaces.make()) {
            try (NetlinkSocket netlink = NetlinkSocket.inNamespace(namespace.number())) {
                new Links(netlink).up(1);
            }
            int ns = namespace.number();
            try (DatagramChannel udp = Namespaced.call(ns, () -> datagrams().bind(ADDRESS));
                    ServerSocketChannel tcp = Namespaced.call(
                            ns,
                            () -> ServerSocketChannel.open(StandardProtocolFamily.INET)
                                    .bind(ADDRESS));
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var served = threads.submit(() -> {
                    ByteBuffer got = ByteBuffer.allocate(16);
                    var sender = udp.receive(got);
                    udp.send(got.flip(), sender);
                    try (SocketChannel accepted = tcp.accept()) {
                        accepted.write(ByteBuffer.wrap("tcp".getBytes(UTF_8)));
                    }
                    return true;
                });
                try (DatagramChannel client = Namespaced.call(ns, NamespacedTest::datagrams)) {
                    client.connect(ADDRESS).write(ByteBuffer.wrap("udp".getBytes(UTF_8)));
                    assertThat(read(client)).isEqualTo("udp");
                }
                try (SocketChannel client = Namespaced.call(ns, () -> SocketChannel.open(ADDRESS))) {
                    ByteBuffer got = ByteBuffer.allocate(16);
                    client.read(got);
                    assertThat(text(got)).isEqualTo("tcp");
                }
                assertThat(served.get()).isTrue();
            }
        }
    }

    @Test
    void exceptionsComeBackAsTheyAre() throws Exception {
        try (Descriptor namespace = TestNamespaces.make()) {
            assertThatThrownBy(() -> Namespaced.call(namespace.number(), () -> {
                        throw new IOException("no");
                    }))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("no");
            assertThatThrownBy(() -> Namespaced.call(namespace.number(), () -> {
                        throw new IllegalStateException("neither");
                    }))
                    .isExactlyInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(() -> Namespaced.call(987_654, () -> 1))
                .isInstanceOf(KernelException.class)
                .hasMessage("setns(network namespace): bad file descriptor (EBADF)");
    }

    @Test
    void anInterruptIsPassedOnAndNothingIsLost() throws Exception {
        try (Descriptor namespace = TestNamespaces.make()) {
            Thread.currentThread().interrupt();
            int number = Namespaced.call(namespace.number(), () -> 7);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(number).isEqualTo(7);
        }
    }

    private static DatagramChannel datagrams() throws IOException {
        return DatagramChannel.open(StandardProtocolFamily.INET);
    }

    private static String read(DatagramChannel channel) throws IOException {
        ByteBuffer got = ByteBuffer.allocate(16);
        channel.read(got);
        return text(got);
    }

    private static String text(ByteBuffer got) {
        return UTF_8.decode(got.flip()).toString();
    }
}
