package ondol.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Real connections to {@code ::1}, and from there to a server that waits for the end of what it is asked before it answers. */
class LoopbackRelayTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int CONNECTIONS = 3;

    private final Semaphore all = new Semaphore(CONNECTIONS);
    private ServerSocket server;
    private LoopbackRelay relay;
    private int port;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 50, LOOPBACK);
        Thread.ofVirtual().start(this::serve);
        try (ServerSocket free = new ServerSocket(0, 1, LoopbackRelay.ADDRESS)) {
            port = free.getLocalPort();
        } catch (IOException e) {
            assumeTrue(false, "needs a machine with ::1");
        }
        relay = LoopbackRelay.listen(port, all).orElseThrow();
    }

    @AfterEach
    void close() throws IOException {
        if (relay != null) {
            relay.close();
        }
        server.close();
    }

    private void serve() {
        try {
            while (true) {
                Socket accepted = server.accept();
                Thread.ofVirtual().start(() -> answer(accepted));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private static void answer(Socket accepted) {
        try (accepted) {
            byte[] asked = accepted.getInputStream().readAllBytes();
            accepted.getOutputStream().write(asked);
        } catch (IOException e) {
            // the far end is gone
        }
    }

    private void lead() {
        relay.lead(LOOPBACK, server.getLocalPort());
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(LoopbackRelay.ADDRESS, port);
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String ask(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        socket.shutdownOutput();
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void anEndOneWayIsPassedOnAndTheOtherWayGoesOn() throws IOException {
        try (Socket early = connect()) { // before anybody copies
            lead();
            String much = "much ".repeat(200_000);
            assertThat(ask(early, much)).isEqualTo(much);
        }
    }

    @Test
    void whoeverIsSlowHoldsNobodyUpAndThereAreOnlySoMany() throws Exception {
        lead();
        List<Socket> idle = new ArrayList<>();
        for (int i = 1; i < CONNECTIONS; i++) {
            idle.add(connect());
        }
        byte[] block = new byte[1 << 16];
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    idle.getFirst().getOutputStream().write(block); // nobody reads the answer, which never comes
                }
            } catch (IOException e) {
                // closed below
            }
        });
        try (Socket other = connect()) {
            assertThat(ask(other, "hello")).isEqualTo("hello");
        }
        try (Socket last = connect()) {
            try (Socket late = connect()) { // one too many: waits for another to go
                late.setSoTimeout(300);
                assertThatThrownBy(() -> ask(late, "hello")).isInstanceOf(IOException.class);
                assertThat(ask(last, "again")).isEqualTo("again");
                late.setSoTimeout(10_000);
                assertThat(new String(late.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("hello");
            }
        }
        for (Socket one : idle) {
            one.close();
        }
        for (int i = 0; all.availablePermits() < CONNECTIONS && i < 200; i++) {
            Thread.sleep(20);
        }
        assertThat(all.availablePermits()).isEqualTo(CONNECTIONS);
    }

    @Test
    void whereNobodyListensItIsReset() throws IOException {
        int before = server.getLocalPort();
        server.close();
        relay.lead(LOOPBACK, before);
        try (Socket socket = connect()) {
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aPortIsTakenOrFree() throws IOException {
        lead();
        assertThatThrownBy(() -> LoopbackRelay.listen(port, all))
                .isInstanceOf(NetworkException.class)
                .hasMessage("Bind for [::1]:%d failed: port is already allocated".formatted(port));
        try (Socket there = connect()) {
            there.getOutputStream().write(1);
            relay.close();
            assertThatThrownBy(() -> there.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        relay = LoopbackRelay.listen(port, all).orElseThrow(); // at once, whatever is left of connections
        lead();
        try (Socket again = connect()) {
            assertThat(ask(again, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void itListensBesideASocketThatHoldsThePortOfAllAddresses() throws IOException {
        relay.close();
        try (HostPort held = HostPort.take(InetAddress.ofLiteral("::"), 6, port)) {
            relay = held.shared(() -> LoopbackRelay.listen(port, all)).orElseThrow();
            lead();
            try (Socket socket = connect()) {
                assertThat(ask(socket, "hello")).isEqualTo("hello");
            }
            assertThatThrownBy(() -> HostPort.take(InetAddress.ofLiteral("::"), 6, port))
                    .as("nobody else does")
                    .isInstanceOf(NetworkException.class);
        }
    }
}
