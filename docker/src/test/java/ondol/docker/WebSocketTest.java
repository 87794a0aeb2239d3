package ondol.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.HostConfigBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Attaching by WebSocket: with the JDK's client, and frame by frame. */
@Timeout(30)
class WebSocketTest {
    private static final String HANDSHAKE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    @TempDir
    Path folder;

    private final ProcessEngine engine = new ProcessEngine();
    private int port;
    private DockerServer server;

    @BeforeEach
    void start() throws Exception {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        server = DockerServer.start(
                engine, List.of("unix://" + folder.resolve("docker.sock"), "tcp://127.0.0.1:" + port));
    }

    @AfterEach
    void stop() {
        server.close();
        engine.close();
    }

    private String started(String... command) {
        String id = engine.create(
                        null,
                        ContainerConfigBuilder.builder()
                                .image("host")
                                .cmd(List.of(command))
                                .openStdin(true)
                                .stdinOnce(true)
                                .build(),
                        HostConfigBuilder.builder().build())
                .id();
        engine.start(id);
        return id;
    }

    private RawHttp raw(String id, String headers) throws IOException {
        return RawHttp.connect(folder.resolve("docker.sock"))
                .send("GET /containers/" + id + "/attach/ws?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: d\r\n" + headers
                        + "\r\n");
    }

    private RawHttp open(String id) throws IOException {
        RawHttp http = raw(id, HANDSHAKE);
        // the example of RFC 6455, section 1.3
        assertThat(http.head())
                .startsWith("HTTP/1.1 101")
                .contains("Upgrade: websocket", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        return http;
    }

    private static String frame(int first, String payload) {
        StringBuilder frame = new StringBuilder().append((char) first).append((char) (0x80 | payload.length()));
        frame.append("\1\2\3\4");
        for (int i = 0; i < payload.length(); i++) {
            frame.append((char) (payload.charAt(i) ^ (i % 4 + 1)));
        }
        return frame.toString();
    }

    /** What came, as words. */
    private static final class Heard implements WebSocket.Listener {
        final BlockingQueue<String> words = new LinkedBlockingQueue<>();
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] piece = new byte[data.remaining()];
            data.get(piece);
            bytes.writeBytes(piece);
            words.add(new String(piece, StandardCharsets.UTF_8));
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onPong(WebSocket socket, ByteBuffer message) {
            words.add("pong " + StandardCharsets.UTF_8.decode(message));
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            words.add("close " + code);
            return null;
        }

        String next() throws InterruptedException {
            return String.valueOf(words.poll(10, TimeUnit.SECONDS));
        }
    }

    private WebSocket connect(String id, Heard heard) {
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + port + "/v1.51/containers/" + id
                                + "/attach/ws?stream=1&stdin=1&stdout=1"),
                        heard)
                .join();
    }

    @Test
    void theJdksClientTalksToAContainer() throws Exception {
        Heard heard = new Heard();
        WebSocket socket = connect(started("sh", "-c", "while read a; do echo got $a; done; echo end"), heard);
        socket.sendText("one\n", true).join();
        assertThat(heard.next()).isEqualTo("got one\n");
        socket.sendPing(ByteBuffer.wrap("there?".getBytes(StandardCharsets.UTF_8)))
                .join();
        assertThat(heard.next()).isEqualTo("pong there?");
        socket.sendBinary(ByteBuffer.wrap("two\n".getBytes(StandardCharsets.UTF_8)), true)
                .join();
        assertThat(heard.next()).isEqualTo("got two\n");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        assertThat(heard.next()).isEqualTo("end\n");
        assertThat(heard.next()).isEqualTo("close 1000");
    }

    @Test
    void muchOutputArrivesWhole() throws Exception {
        Heard heard = new Heard();
        connect(started("sh", "-c", "read a; head -c 300000 /dev/zero"), heard).sendText("\n", true);
        while (!heard.next().startsWith("close 1000")) {}
        assertThat(heard.bytes.size()).isEqualTo(300_000);
    }

    @Test
    void framesComeInPieces() throws Exception {
        try (RawHttp http = open(started("cat"))) {
            for (char one : (frame(0x01, "a mess") + frame(0x89, "?") + frame(0x80, "age")).toCharArray()) {
                http.send(String.valueOf(one));
            }
            StringBuilder echoed = new StringBuilder();
            while (echoed.length() < 9) {
                int first = http.bytes(1).charAt(0);
                String content = http.bytes(http.bytes(1).charAt(0));
                if (first == 0x82) {
                    echoed.append(content);
                } else {
                    assertThat(first).isEqualTo(0x8a);
                    assertThat(content).isEqualTo("?");
                }
            }
            assertThat(echoed).hasToString("a message");
            http.send(frame(0x88, "\3\350"));
            assertThat(http.rest()).isEqualTo("\u0088\2\3\350");
        }
    }

    @Test
    void whatIsNoFrameEndsTheConnection() throws Exception {
        // not masked; reserved bits; an unknown opcode; a ping in parts; a ping that is too long; a length below zero
        for (String wrong : List.of(
                "\u0082\1a",
                "\u00c2\u0080",
                "\u0083\u0080",
                "\t\u0080",
                "\u0089\u00fe",
                "\u0082\u00ff" + "\u00ff".repeat(8))) {
            try (RawHttp http = open(started("cat"))) {
                http.send(wrong);
                assertThat(http.bytes(4)).isEqualTo("\u0088\2\3\352");
            }
        }
    }

    @Test
    void whatIsNoHandshakeIsRefused() throws Exception {
        String id = started("cat");
        for (String wrong : List.of(
                "",
                RawHttp.UPGRADE,
                HANDSHAKE.replace("13", "8"),
                HANDSHAKE.replace("dGhlIHNhbXBsZSBub25jZQ==", "short"),
                HANDSHAKE.replace("Sec-WebSocket-Key", "X"))) {
            try (RawHttp http = raw(id, wrong)) {
                assertThat(http.reply().status()).isEqualTo(400);
            }
        }
        try (RawHttp http = raw("nothing", HANDSHAKE)) {
            assertThat(http.reply().status()).isEqualTo(404);
        }
    }
}
