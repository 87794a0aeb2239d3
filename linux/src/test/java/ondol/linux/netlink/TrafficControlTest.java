package ondol.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.Namespaced;
import ondol.linux.TestNamespaces;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the kernel, between three namespaces made for each test. */
class TrafficControlTest {
    private static final int MIB = 1 << 20;
    private static final int TIMEOUT = 20_000;
    private static final int HANDLE = TrafficControl.handle(1, 0);

    private TestNetwork network;
    private NetlinkSocket socket;
    private TrafficControl tc;
    private int inside;

    @BeforeEach
    void make() throws Exception {
        TestNamespaces.assumeAllowed();
        network = new TestNetwork();
        socket = NetlinkSocket.inNamespace(network.router.number());
        tc = new TrafficControl(socket);
        inside = new Links(socket).get("inside").index();
    }

    @AfterEach
    void close() throws Exception {
        if (socket != null) {
            socket.close();
        }
        if (network != null) {
            network.close();
        }
    }

    /** Ends the test by an assumption where the kernel lacks a kind of queue. */
    private static void assumeKind(Runnable making) {
        try {
            making.run();
        } catch (KernelException e) {
            assumeTrue(e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTSUP, () -> "the kernel lacks it: " + e);
            throw e;
        }
    }

    @Test
    void aTbfSlowsDownAndIsChangedLive() throws Exception {
        assumeKind(() -> tc.tbf(inside, TrafficControl.ROOT, HANDLE, Shape.of(4 * MIB)));
        double fast = rate(network.client.number(), network.server.number(), 4 * MIB);
        tc.tbf(inside, TrafficControl.ROOT, HANDLE, Shape.of(MIB));
        double slow = rate(network.client.number(), network.server.number(), MIB);
        assertThat(fast).isBetween(1.5 * MIB, 4.2 * MIB);
        assertThat(slow).isBetween(0.3 * MIB, 1.1 * MIB);
        assertThat(tc.queues(inside)).singleElement().satisfies(queue -> {
            assertThat(queue.kind()).isEqualTo("tbf");
            assertThat(queue.handle()).isEqualTo(HANDLE);
            assertThat(queue.parent()).isEqualTo(TrafficControl.ROOT);
            assertThat(queue.bytes()).isGreaterThan(5 * MIB);
            assertThat(queue.packets()).isGreaterThan(100);
            assertThat(queue.overlimits()).isPositive();
        });
        tc.delete(inside, TrafficControl.ROOT);
        assertThat(tc.queues(inside)).isEmpty();
        assertThat(tc.deleteIfThere(inside, TrafficControl.ROOT)).isFalse();
    }

    @Test
    void whatComesInIsShapedAtAnIfb() throws Exception {
        Links links = new Links(socket);
        assumeKind(() -> links.add(NewLink.of("ifb", "ifb0").asUp()));
        int ifb = links.get("ifb0").index();
        tc.ingress(inside);
        tc.ingress(inside);
        tc.redirect(inside, ifb);
        assumeKind(() -> tc.tbf(ifb, TrafficControl.ROOT, HANDLE, Shape.of(MIB)));
        assertThat(tc.filters(inside, TrafficControl.INGRESS)).isEqualTo(1);
        double in = rate(network.server.number(), network.client.number(), MIB);
        assertThat(in).isBetween(0.3 * MIB, 1.1 * MIB);
        assertThat(tc.queues(ifb).getFirst().bytes()).isGreaterThan(MIB);
        tc.deleteFilters(inside, TrafficControl.INGRESS);
        assertThat(tc.filters(inside, TrafficControl.INGRESS)).isZero();
        tc.delete(inside, TrafficControl.INGRESS);
        double free = rate(network.server.number(), network.client.number(), 4 * MIB);
        assertThat(free).isGreaterThan(1.5 * in);
    }

    @Test
    void classesOfAnHtbShare() throws Exception {
        assumeKind(() -> tc.htb(inside, HANDLE, 2));
        int all = TrafficControl.handle(1, 1);
        int slow = TrafficControl.handle(1, 2);
        int fast = TrafficControl.handle(1, 3);
        tc.htbClass(inside, HANDLE, all, Shape.of(8 * MIB));
        tc.htbClass(inside, all, slow, Shape.of(MIB));
        tc.htbClass(inside, all, fast, Shape.of(MIB).upTo(8 * MIB));
        tc.leaf(inside, slow, TrafficControl.handle(2, 0), "pfifo");
        assertThat(rate(network.client.number(), network.server.number(), MIB)).isBetween(0.3 * MIB, 1.1 * MIB);
        tc.classify(inside, HANDLE, 1, new Prefix(TestNetwork.CLIENT, 24), false, fast);
        tc.classify(inside, HANDLE, 2, Prefix.parse("fd00::/17"), true, fast);
        assertThat(tc.filters(inside, HANDLE)).isEqualTo(2);
        assertThat(rate(network.client.number(), network.server.number(), 6 * MIB))
                .isGreaterThan(2.0 * MIB);
        assertThat(tc.classes(inside)).extracting(Queue::handle).containsExactlyInAnyOrder(all, slow, fast);
        assertThat(tc.classes(inside)).allSatisfy(one -> assertThat(one.bytes()).isGreaterThan(MIB));
        tc.deleteFilters(inside, HANDLE);
        tc.deleteClass(inside, fast);
        assertThat(tc.classes(inside)).hasSize(2);
        tc.deleteFilters(inside, HANDLE);
        tc.delete(inside, TrafficControl.ROOT);
        assertThat(tc.classes(inside)).isEmpty();
    }

    @Test
    void largeRatesAreKept() {
        assumeKind(() -> tc.tbf(inside, TrafficControl.ROOT, HANDLE, Shape.of(10_000_000_000L)));
        assertThat(tc.queues(inside)).hasSize(1);
    }

    @Test
    void saysWhatTheKernelSays() {
        assertThatThrownBy(() -> tc.tbf(9999, TrafficControl.ROOT, HANDLE, Shape.of(MIB)))
                .hasMessageStartingWith("netlink newqdisc tbf(index 9999 1:0 parent root): ")
                .satisfies(e -> assertThat(((KernelException) e).errno()).isEqualTo(Errno.ENODEV));
        assertThatThrownBy(() -> tc.leaf(inside, TrafficControl.ROOT, HANDLE, "nothing"))
                .satisfies(e -> assertThat(((KernelException) e).errno()).isEqualTo(Errno.ENOENT));
        assertThatThrownBy(() -> Shape.of(0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Bytes a second between two namespaces, of one connection that sends so many. */
    private double rate(int from, int to, int bytes) throws Exception {
        boolean toServer = to == network.server.number();
        try (ServerSocket listening = Namespaced.call(to, () -> new ServerSocket(0))) {
            var address =
                    new InetSocketAddress(toServer ? TestNetwork.SERVER : TestNetwork.CLIENT, listening.getLocalPort());
            listening.setSoTimeout(TIMEOUT);
            // a busy machine makes it look slower, never faster
            long begun = System.nanoTime();
            Thread sender = Thread.ofPlatform().start(() -> send(from, address, bytes));
            try (Socket accepted = listening.accept();
                    InputStream in = accepted.getInputStream()) {
                accepted.setSoTimeout(TIMEOUT);
                assertThat(in.transferTo(OutputStream.nullOutputStream())).isEqualTo(bytes);
                double seconds = (System.nanoTime() - begun) / 1e9;
                sender.join();
                return bytes / seconds;
            }
        }
    }

    private static void send(int from, InetSocketAddress address, int bytes) {
        try (Socket socket = Namespaced.call(from, () -> new Socket(address.getAddress(), address.getPort()))) {
            socket.getOutputStream().write(new byte[bytes]);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
