package ondol.cli.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class ConnectionTest {
    /** What a server does with one connection. */
    private interface Script {
        void play(Socket socket) throws IOException;
    }

    /** A server on the loopback that plays one script for one connection. */
    private static final class Server implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

        Server(Script script) throws IOException {
            Thread.ofPlatform().daemon().start(() -> {
                try (Socket socket = listener.accept()) {
                    script.play(socket);
                } catch (IOException e) {
                    // The client has seen enough.
                }
            });
        }

        Connection connect() throws IOException {
            return Endpoint.parse("tcp://127.0.0.1:" + listener.getLocalPort()).connect();
        }

        @Override
        public void close() throws IOException {
            listener.close();
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) break;
            head.append((char) c);
        }
        return head.toString();
    }

    private static Server answering(String text) throws IOException {
        return new Server(socket -> {
            head(socket.getInputStream());
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        });
    }

    private static String get(String answer) throws IOException {
        try (Server server = answering(answer);
                Connection connection = server.connect()) {
            return new String(connection.send("GET", "/x", null).bytes(1000), StandardCharsets.UTF_8);
        }
    }

    @Test
    void bodiesOfAnnouncedLengthInChunksAndUntilTheEnd() throws IOException {
        assertThat(get("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more"))
                .isEqualTo("hello");
        assertThat(
                        get(
                                "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nA: b\r\n\r\n"))
                .isEqualTo("hello");
        assertThat(get("HTTP/1.0 200 OK\r\n\r\nhello")).isEqualTo("hello");
        assertThat(get("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
                .isEqualTo("ok");
        assertThat(get("HTTP/1.1 204 No Content\r\n\r\n")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1",
                "SSH-2.0-OpenSSH_9.2p1\r\n",
                "HTTP/1.1 abc OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
                "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n"
            })
    void malformedAnswersAreErrorsNotHangs(String answer) {
        assertThatThrownBy(() -> get(answer)).isInstanceOf(IOException.class);
    }

    @Test
    void headsAreBounded() {
        assertThatThrownBy(() -> get("HTTP/1.1 200 OK\r\nA: " + "x".repeat(100_000) + "\r\n\r\n"))
                .hasMessageContaining("more than");
        assertThatThrownBy(() -> get("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(1000) + "\r\n"))
                .hasMessageContaining("more than 200 headers");
        assertThatThrownBy(() -> get("HTTP/1.1 100 Continue\r\n\r\n".repeat(50)))
                .hasMessageContaining("interim");
        assertThatThrownBy(() -> get("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + "x".repeat(5000)))
                .hasMessageContaining("longer than 1000");
    }

    @Test
    void aConnectionCarriesRequestsOneAfterTheOther() throws IOException {
        try (Server server = new Server(socket -> {
                    for (int i = 0; i < 2; i++) {
                        head(socket.getInputStream());
                        socket.getOutputStream()
                                .write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"
                                        .getBytes(StandardCharsets.US_ASCII));
                    }
                });
                Connection connection = server.connect()) {
            Response first = connection.send("GET", "/1", null);
            assertThat(connection.reusable()).isFalse();
            assertThat(first.bytes(10)).hasSize(1);
            assertThat(connection.reusable()).isTrue();
            assertThat(connection
                            .send("POST", "/2", "{}".getBytes(StandardCharsets.UTF_8))
                            .bytes(10))
                    .hasSize(1);
        }
    }

    @Test
    void anUpgradedConnectionIsRawAndHalfCloses() throws IOException {
        try (Server server = new Server(socket -> {
                    String head = head(socket.getInputStream());
                    if (!head.contains("Upgrade: tcp\r\n")) return;
                    socket.getOutputStream()
                            .write("HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nfirst "
                                    .getBytes(StandardCharsets.US_ASCII));
                    byte[] all = socket.getInputStream().readAllBytes();
                    socket.getOutputStream().write(all);
                });
                Connection connection = server.connect()) {
            Response response = connection.hijack("POST", "/attach", null);
            assertThat(response.status()).isEqualTo(101);
            connection.output().write("echo".getBytes(StandardCharsets.US_ASCII));
            connection.closeOutput();
            assertThat(response.bytes(100)).asString(StandardCharsets.US_ASCII).isEqualTo("first echo");
        }
    }

    @Test
    void anUploadThatIsRefusedEarlyStillTellsWhy() throws IOException {
        try (Server server = new Server(socket -> {
                    head(socket.getInputStream());
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno"
                                    .getBytes(StandardCharsets.US_ASCII));
                    socket.shutdownOutput();
                    socket.getInputStream().readNBytes(1 << 20);
                });
                Connection connection = server.connect()) {
            Response response =
                    connection.upload("POST", "/x", new ByteArrayInputStream(new byte[8 << 20]), "application/x-tar");
            assertThat(response.status()).isEqualTo(400);
        } catch (IOException e) {
            // The reset may overtake the answer; then there is an error, and no hang.
            assertThat(e).hasMessageMatching("(?s).*(reset|pipe|closed).*");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a b", "/a\r\nX: y", "/\u0000"})
    void targetsCannotSmuggleHeaders(String target) throws IOException {
        try (Server server = answering("HTTP/1.1 200 OK\r\n\r\n");
                Connection connection = server.connect()) {
            assertThatThrownBy(() -> connection.send("GET", target, null)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
