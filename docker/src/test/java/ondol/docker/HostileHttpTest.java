package ondol.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import ondol.engine.ContainerConfigBuilder;
import ondol.engine.ExecConfigBuilder;
import ondol.engine.HostConfigBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are wrong, slow, gone or many. */
@Timeout(30)
class HostileHttpTest {
    @TempDir
    Path folder;

    private final ProcessEngine engine = new ProcessEngine();
    private Path socket;
    private DockerServer server;

    @BeforeEach
    void start() throws Exception {
        socket = folder.resolve("docker.sock");
        server = DockerServer.start(engine, List.of("unix://" + socket));
    }

    @AfterEach
    void stop() {
        server.close();
        engine.close();
    }

    private RawHttp.Reply get(String path) throws IOException {
        try (RawHttp http = RawHttp.connect(socket)) {
            return http.get(path).reply();
        }
    }

    private RawHttp.Reply post(String path, String body) throws IOException {
        try (RawHttp http = RawHttp.connect(socket)) {
            return http.post(path, body).reply();
        }
    }

    private String container(boolean tty, String... command) {
        return engine.create(
                        null,
                        ContainerConfigBuilder.builder()
                                .image("host")
                                .cmd(List.of(command))
                                .tty(tty)
                                .openStdin(true)
                                .stdinOnce(true)
                                .build(),
                        HostConfigBuilder.builder().build())
                .id();
    }

    @Test
    void aListIsMadeWithoutWhatGoesMeanwhile() throws Exception {
        container(false, "true");
        var config = ContainerConfigBuilder.builder()
                .image("host")
                .cmd(List.of("true"))
                .build();
        String gone = engine.create(
                        ProcessEngine.GOING, config, HostConfigBuilder.builder().build())
                .id();
        for (String path : List.of("/containers/json?all=1&size=1", "/system/df")) {
            RawHttp.Reply reply = get(path);
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.body()).contains("\"SizeRw\":7").doesNotContain(gone);
        }
    }

    @Test
    void diskUsageOfWhatIsAskedFor() throws Exception {
        assertThat(get("/system/df?type=container&type=volume").body())
                .contains("\"Containers\":", "\"Volumes\":")
                .doesNotContain("\"Images\":", "\"LayersSize\":", "\"BuildCache\":");
        assertThat(get("/system/df?type=image").body()).contains("\"LayersSize\":");
        assertThat(get("/system/df?type=cellar").status()).isEqualTo(400);
    }

    @Test
    void whatCannotBeDoneAsAskedIsNotDoneOtherwise() throws Exception {
        RawHttp.Reply start = post("/containers/" + container(false, "true") + "/start?checkpoint=one", "");
        assertThat(start.status()).isEqualTo(501);
        assertThat(start.body()).contains("checkpoints are not supported");
        assertThat(post("/build/prune?filters=%7B%22until%22%3A%5B%2224h%22%5D%7D", "")
                        .status())
                .isEqualTo(501);
        String arm = "platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22riscv64%22%7D";
        for (String path : List.of("/images/host/history?", "/images/host/get?", "/images/get?names=host&")) {
            assertThat(get("/v1.48" + path + arm)).satisfies(reply -> {
                assertThat(reply.status()).isEqualTo(404);
                assertThat(reply.body()).contains("does not match the specified platform");
            });
        }
        assertThat(get("/v1.47/images/host/history?" + arm).status()).isEqualTo(200);
        assertThat(post("/v1.48/images/host/push?" + arm, "").status()).isEqualTo(404);
        for (String path : List.of("/images/create?fromSrc=-&", "/images/load?")) {
            assertThat(post("/v1.48" + path + arm, "").body()).contains("for this machine's platform only");
        }
    }

    @Test
    void theSocketIsForItsOwnerAndGroup() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-rw----");
    }

    @Test
    void aSocketIsTakenOverOnlyFromTheDead() throws Exception {
        assertThatThrownBy(() -> DockerServer.start(engine, List.of("unix://" + socket)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another daemon answers");
        Path stale = folder.resolve("stale");
        try (var bound = java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
            bound.bind(java.net.UnixDomainSocketAddress.of(stale));
        }
        DockerServer.start(engine, List.of("unix://" + stale)).close();
        assertThat(stale).doesNotExist();
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThatThrownBy(() -> DockerServer.start(engine, List.of("unix://" + file)))
                .hasMessageContaining("no socket");
        assertThat(file).hasContent("mine");
    }

    @Test
    void tcpIsForLoopbackOnly() throws Exception {
        assertThatThrownBy(() -> DockerServer.start(engine, List.of("tcp://0.0.0.0:0")))
                .hasMessageContaining("loopback");
        DockerServer.start(engine, List.of("tcp://127.0.0.1:0")).close();
    }

    @Test
    void versions() throws Exception {
        assertThat(get("/v1.24/_ping").body()).isEqualTo("OK");
        assertThat(get("/v1.51/_ping").head()).contains("Api-Version: 1.51", "Ostype: linux", "Server: Ondol/");
        assertThat(get("/v1.23/_ping").body()).contains("too old. Minimum supported API version is 1.24");
        assertThat(get("/v1.52/_ping")).satisfies(reply -> {
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.body()).contains("too new. Maximum supported API version is 1.51");
        });
        assertThat(get("/v99999999999.1/_ping").status()).isEqualTo(404);
    }

    @Test
    void pathsThatAreNothing() throws Exception {
        for (String path :
                List.of("/", "//", "/nothing", "/v1.44", "/v1.44/", "/containers", "/containers/a/b/c/json", "*")) {
            assertThat(get(path).status()).as(path).isIn(400, 404);
        }
        assertThat(get("/nothing").body()).isEqualTo("{\"message\":\"page not found\"}");
        assertThat(get("/containers/%zz/json").status()).isEqualTo(400);
        assertThat(get("/containers/..%2f..%2fetc/json").body()).contains("No such container: ../../etc");
        assertThat(get("/images/some/where/host:latest/json").status()).isEqualTo(200);
        assertThat(get("/images/some%2Fwhere%2Fhost:latest/json").status()).isEqualTo(200);
        assertThat(post("/build?version=2", "").body()).contains("DOCKER_BUILDKIT=0");
        assertThat(post("/build?buildargs=x", "").status()).isEqualTo(400);
        assertThat(post("/session", "").body()).contains("DOCKER_BUILDKIT=0");
    }

    @Test
    void bodiesThatAreNoSuchJson() throws Exception {
        for (String body : List.of(
                "",
                "null",
                "{",
                "[]",
                "{\"Cmd\":",
                "{\"Cmd\":{}}",
                "{\"Tty\":\"maybe\"}",
                "{\"HostConfig\":{\"Memory\":\"much\"}}",
                "{\"StopTimeout\":99999999999999999999}",
                "\u0000\u0001",
                "{\"Image\":\"\\u12\"}",
                "{\"x\":" + "[".repeat(500_000) + "]".repeat(500_000) + "}",
                "{\"a\":".repeat(500_000))) {
            RawHttp.Reply reply = post("/containers/create", body);
            assertThat(reply.status())
                    .as(body.substring(0, Math.min(40, body.length())))
                    .isIn(400, 404);
            assertThat(reply.body()).startsWith("{\"message\":");
        }
        assertThat(get("/containers/json?filters=nonsense").status()).isEqualTo(400);
        assertThat(get("/containers/json?filters={\"colour\":[\"red\"]}"
                                .replace("\"", "%22")
                                .replace("{", "%7B")
                                .replace("}", "%7D"))
                        .status())
                .isEqualTo(400);
        assertThat(get("/containers/json?limit=x").status()).isEqualTo(400);
    }

    @Test
    void fieldsThatAreUnknownAreLeftAlone() throws Exception {
        RawHttp.Reply reply = post(
                "/containers/create?name=odd",
                "{\"Image\":\"host\",\"Cmd\":[\"true\"],\"New\":{\"a\":[1,{\"b\":null}]},\"HostConfig\":{\"Newer\":1.5e3}}");
        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.body()).contains("\"Warnings\":[]");
    }

    @Test
    void bodiesThatAreTooLarge() throws Exception {
        try (RawHttp http = RawHttp.connect(socket)) {
            http.send("POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Length: 99999999999\r\n\r\n");
            assertThat(http.reply().body()).contains("larger than 4 MiB");
        }
        try (RawHttp http = RawHttp.connect(socket)) {
            http.send("POST /containers/create HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "100000\r\n" + "y".repeat(1 << 20) + "\r\n";
            for (int i = 0; i < 7; i++) {
                http.send(chunk);
            }
            http.send("0\r\n\r\n");
            assertThat(http.reply().body()).contains("larger than 4 MiB");
        }
    }

    @Test
    void whatIsNoHttp() throws Exception {
        try (RawHttp http = RawHttp.connect(socket)) {
            assertThat(http.send("\u0016\u0003\u0001 TLS?\r\n\r\n").rest())
                    .contains("400")
                    .contains("malformed");
        }
        try (RawHttp http = RawHttp.connect(socket)) {
            http.send("GET /_ping HTTP/1.1\r\nHost: d\r\nX: " + "x".repeat(100_000) + "\r\n\r\n");
            assertThat(http.head()).contains("431");
        }
        assertThat(get("/_ping").body()).isEqualTo("OK");
    }

    @Test
    void aSlowBodyHoldsUpNobody() throws Exception {
        String body = "{\"Image\":\"host\",\"Cmd\":[\"true\"]}";
        List<RawHttp> slow = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            slow.add(RawHttp.connect(socket)
                    .send(
                            "POST /containers/create HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\nContent-Length: "
                                    + body.length()
                                    + "\r\n\r\n{"));
        }
        assertThat(get("/_ping").body()).isEqualTo("OK");
        for (RawHttp http : slow) {
            assertThat(http.send(body.substring(1)).reply().status()).isEqualTo(201);
            http.close();
        }
    }

    @Test
    void oneConnectionServesManyRequests() throws Exception {
        try (RawHttp http = RawHttp.connect(socket)) {
            for (int i = 0; i < 100; i++) {
                assertThat(http.get("/v1.44/_ping").reply().body()).isEqualTo("OK");
                assertThat(http.get("/nothing").reply().status()).isEqualTo(404);
                assertThat(http.post("/networks/create", "{}").reply().status()).isIn(400, 501);
            }
        }
    }

    @Test
    void anUpgradeWithABodyAndInputSentBeforeTheAnswer() throws Exception {
        String id = container(false, "sleep", "100");
        engine.start(id);
        String exec = engine.execs()
                .create(
                        id,
                        ExecConfigBuilder.builder()
                                .attachStdin(true)
                                .attachStdout(true)
                                .cmd(List.of("cat"))
                                .build());
        try (RawHttp http = RawHttp.connect(socket)) {
            String body = "{\"Detach\":false,\"Tty\":false}";
            http.send("POST /v1.44/exec/" + exec + "/start HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
                    + RawHttp.UPGRADE + "Content-Length: " + body.length() + "\r\n\r\n" + body + "early ");
            assertThat(http.head()).startsWith("HTTP/1.1 101").contains("multiplexed-stream", "Upgrade: tcp");
            http.send("late").halfClose();
            assertThat(http.frames().replace("\u0001", "1").replaceAll("1(early )?1?", "$1"))
                    .isEqualTo("early late");
        }
    }

    @Test
    void attachWithoutUpgradeAnswersPlainly() throws Exception {
        String id = container(false, "echo", "out");
        try (RawHttp http = RawHttp.connect(socket)) {
            http.post("/v1.41/containers/" + id + "/attach?stream=1&stdout=1&stderr=1", "");
            assertThat(http.head()).startsWith("HTTP/1.1 200").contains("application/vnd.docker.raw-stream", "chunked");
            engine.start(id);
            assertThat(http.bytes("c\r\n".length() + 8 + 4)).endsWith("out\n");
        }
    }

    @Test
    void detachKeysLeaveTheProcessAlone() throws Exception {
        String id = container(true, "cat");
        engine.start(id);
        try (RawHttp http = RawHttp.connect(socket)) {
            http.post(
                    "/containers/" + id + "/attach?stream=1&stdin=1&stdout=1&stderr=1&detachKeys=ctrl-x,x",
                    RawHttp.UPGRADE,
                    "");
            assertThat(http.head()).contains("raw-stream");
            http.send("a\u0018b\n");
            assertThat(http.bytes(4)).isEqualTo("a\u0018b\n");
            http.send("\u0018").send("x");
            assertThat(http.rest()).isEmpty();
        }
        assertThat(engine.inspect(id).state().active()).isTrue();
        assertThat(get("/containers/" + id + "/attach").status()).isEqualTo(404);
        assertThat(post("/containers/" + id + "/attach?detachKeys=ctrl-1", "").status())
                .isEqualTo(400);
    }

    @Test
    void clientsThatVanishLeaveNothing() throws Exception {
        String id = container(false, "sleep", "100");
        engine.start(id);
        List<RawHttp> gone = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            gone.add(RawHttp.connect(socket).get("/events"));
            gone.add(RawHttp.connect(socket).get("/containers/" + id + "/logs?follow=1&stdout=1"));
            gone.add(RawHttp.connect(socket).post("/containers/" + id + "/wait", ""));
            gone.add(RawHttp.connect(socket).post("/containers/" + id + "/attach?stream=1&stdout=1", ""));
        }
        for (RawHttp http : gone) {
            assertThat(http.head()).startsWith("HTTP/1.1 200");
        }
        assertThat(engine.listeners()).isEqualTo(20);
        assertThat(engine.readers(id)).isEqualTo(40);
        for (RawHttp http : gone) {
            http.close();
        }
        for (int i = 0; i < 500 && (engine.listeners() > 0 || engine.readers(id) > 0); i++) {
            Thread.sleep(10);
        }
        assertThat(engine.listeners()).isZero();
        assertThat(engine.readers(id)).isZero();
    }

    @Test
    void aReaderThatDoesNotReadHoldsUpNobody() throws Exception {
        String id = container(false, "sh", "-c", "yes | head -c 3000000; echo; echo end");
        try (RawHttp lazy = RawHttp.connect(socket);
                RawHttp eager = RawHttp.connect(socket)) {
            String attach = "/containers/" + id + "/attach?stream=1&stdout=1";
            lazy.post(attach, RawHttp.UPGRADE, "").head();
            eager.post(attach, RawHttp.UPGRADE, "").head();
            engine.start(id);
            assertThat(eager.frames()).endsWith("end\n");
            assertThat(lazy.frames()).endsWith("end\n");
        }
    }

    @Test
    void waitAnswersItsHeadAtOnceAndServesTheNextRequest() throws Exception {
        String id = container(false, "sh", "-c", "exit 9");
        try (RawHttp http = RawHttp.connect(socket)) {
            http.post("/containers/" + id + "/wait?condition=next-exit", "");
            assertThat(http.head()).startsWith("HTTP/1.1 200");
            engine.start(id);
            assertThat(http.bytes("10\r\n{\"StatusCode\":9}\r\n0\r\n\r\n".length()))
                    .contains("{\"StatusCode\":9}");
            assertThat(http.get("/_ping").reply().body()).isEqualTo("OK");
        }
        assertThat(post("/containers/nobody/wait", "").status()).isEqualTo(404);
        assertThat(post("/containers/" + id + "/wait?condition=never", "").status())
                .isEqualTo(400);
    }

    @Test
    void twoHundredAtOnce() throws Exception {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> outputs = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                int number = i;
                Callable<String> client = () -> runOne(number);
                outputs.add(clients.submit(client));
            }
            for (int i = 0; i < 200; i++) {
                assertThat(outputs.get(i).get()).isEqualTo("1" + i + "\n" + i);
            }
        }
    }

    private String runOne(int number) throws IOException {
        String id = container(false, "sh", "-c", "echo " + number + "; cat");
        try (RawHttp attached = RawHttp.connect(socket);
                RawHttp waiting = RawHttp.connect(socket)) {
            attached.post("/containers/" + id + "/attach?stream=1&stdin=1&stdout=1", RawHttp.UPGRADE, "")
                    .head();
            waiting.post("/containers/" + id + "/wait?condition=next-exit", "").head();
            assertThat(post("/containers/" + id + "/start", "").status()).isEqualTo(204);
            attached.bytes(8);
            String first = attached.bytes((number + "\n").length());
            attached.send(String.valueOf(number)).halfClose();
            String second = attached.frames();
            assertThat(waiting.bytes(20)).contains("StatusCode");
            return "1" + first + second.substring(1);
        }
    }
}
