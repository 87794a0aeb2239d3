package ondol.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import ondol.image.tls.TlsFiles;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TCP with TLS on both sides, with certificates that openssl made as Docker's documentation says. */
@Timeout(60)
class TlsTest {
    private static final String CURVE = "ec_paramgen_curve:P-256";

    @TempDir
    static Path folder;

    private static boolean made;

    @BeforeAll
    static void certificates() throws Exception {
        Assumptions.assumeTrue(
                List.of(System.getenv("PATH").split(":")).stream()
                        .anyMatch(bin -> Files.isExecutable(Path.of(bin, "openssl"))),
                "openssl is not on PATH");
        authority("ca");
        authority("other-ca");
        signed("server", "ca", "subjectAltName=DNS:localhost,IP:127.0.0.1");
        openssl("genrsa", "-out", "client-key.pem", "2048");
        certificate("client", "ca", "extendedKeyUsage=clientAuth");
        signed("stranger", "other-ca", "extendedKeyUsage=clientAuth");
        openssl("rsa", "-in", "client-key.pem", "-traditional", "-out", "client-pkcs1.pem");
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "curve-key.pem");
        certificate("curve", "ca", "extendedKeyUsage=clientAuth");
        made = true;
    }

    private static void authority(String name) throws Exception {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                CURVE,
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=" + name,
                "-keyout",
                name + "-key.pem",
                "-out",
                name + ".pem");
    }

    private static void signed(String name, String authority, String extension) throws Exception {
        openssl("genpkey", "-algorithm", "EC", "-pkeyopt", CURVE, "-out", name + "-key.pem");
        certificate(name, authority, extension);
    }

    private static void certificate(String name, String authority, String extension) throws Exception {
        Files.writeString(folder.resolve(name + ".ext"), extension);
        openssl("req", "-new", "-key", name + "-key.pem", "-subj", "/CN=" + name, "-out", name + ".csr");
        openssl(
                "x509",
                "-req",
                "-days",
                "2",
                "-in",
                name + ".csr",
                "-CA",
                authority + ".pem",
                "-CAkey",
                authority + "-key.pem",
                "-CAcreateserial",
                "-extfile",
                name + ".ext",
                "-out",
                name + ".pem");
    }

    private static void openssl(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    private static TlsFiles files(@Nullable String authority, @Nullable String name, @Nullable String key) {
        return new TlsFiles(
                authority == null ? null : folder.resolve(authority + ".pem"),
                name == null ? null : folder.resolve(name + ".pem"),
                key == null ? null : folder.resolve(key + ".pem"),
                true);
    }

    private static int port() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            return free.getLocalPort();
        }
    }

    private static String ping(int port, TlsFiles client) throws IOException {
        try (SSLSocket socket = (SSLSocket) client.context().getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.getOutputStream()
                    .write("GET /_ping HTTP/1.1\r\nHost: d\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    private static DockerServer serve(ProcessEngine engine, int port) throws IOException {
        return DockerServer.start(
                engine,
                List.of("tcp://127.0.0.1:" + port, "unix://" + folder.resolve("docker.sock")),
                new Access(null, files("ca", "server", "server-key"), false));
    }

    @Test
    void onlyThoseWhomTheAuthorityKnowsComeIn() throws Exception {
        int port = port();
        try (ProcessEngine engine = new ProcessEngine();
                DockerServer server = serve(engine, port);
                RawHttp unix = RawHttp.connect(folder.resolve("docker.sock"))) {
            assertThat(unix.get("/_ping").reply().body()).isEqualTo("OK");
            for (String key : List.of("client-key", "client-pkcs1")) {
                assertThat(ping(port, files("ca", "client", key))).endsWith("OK");
            }
            assertThat(ping(port, files("ca", "curve", "curve-key"))).endsWith("OK");
            assertThatThrownBy(() -> ping(port, files("ca", "stranger", "stranger-key")))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> ping(port, files("ca", null, null))).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> ping(port, files("other-ca", "client", "client-key")))
                    .hasMessageContaining("PKIX");
        }
    }

    @Test
    void theDockerCommandWithInputThatEnds() throws Exception {
        Cli.assume();
        int port = port();
        Path certificates = Files.createDirectories(folder.resolve("docker-certs"));
        Files.copy(folder.resolve("ca.pem"), certificates.resolve("ca.pem"));
        Files.copy(folder.resolve("client.pem"), certificates.resolve("cert.pem"));
        Files.copy(folder.resolve("client-key.pem"), certificates.resolve("key.pem"));
        try (ProcessEngine engine = new ProcessEngine();
                DockerServer server = serve(engine, port)) {
            ProcessBuilder docker = new ProcessBuilder("docker", "run", "--rm", "-i", "host", "cat");
            docker.environment().put("DOCKER_HOST", "tcp://127.0.0.1:" + port);
            docker.environment().put("DOCKER_TLS_VERIFY", "1");
            docker.environment().put("DOCKER_CERT_PATH", certificates.toString());
            docker.redirectErrorStream(true);
            Process process = docker.start();
            String text = "line\n".repeat(50_000);
            try (var in = process.getOutputStream()) {
                in.write(text.getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo(text);
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        }
    }

    @Test
    void plainTextAndHalfAHandshakeHoldUpNobody() throws Exception {
        int port = port();
        try (ProcessEngine engine = new ProcessEngine();
                DockerServer server = serve(engine, port);
                var silent = new java.net.Socket("127.0.0.1", port);
                var plain = new java.net.Socket("127.0.0.1", port)) {
            silent.getOutputStream().write(new byte[] {0x16, 3, 1});
            plain.getOutputStream().write("GET /_ping HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(ping(port, files("ca", "client", "client-key"))).endsWith("OK");
            assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .doesNotContain("OK");
        }
    }

    @Test
    void filesThatAreWrongAreNamed() throws Exception {
        Path nothing = Files.writeString(folder.resolve("nothing.pem"), "nothing");
        assertThatThrownBy(() -> files("missing", null, null).context()).hasMessageContaining("missing.pem");
        assertThatThrownBy(() -> files("nothing", null, null).context()).hasMessageContaining(nothing.toString());
        assertThatThrownBy(() -> files("ca", "server", "nothing").context())
                .hasMessageContaining("no private key in PEM is in " + nothing);
        assertThatThrownBy(() -> files("ca", "server", "client-key").context()).hasMessageContaining("not the one");
        assertThatThrownBy(() -> files("ca", "server", "gone").context()).hasMessageContaining("does not exist");
    }

    @Test
    void wordsOfTheDaemon() throws Exception {
        String pem = folder.resolve("ca.pem").toString();
        Access access = DaemonOptions.parse(new String[] {
                    "-G", "docker", "--tlsverify", "--tlscacert=" + pem, "--tlscert", pem, "--tlskey", pem
                })
                .access();
        assertThat(access.group()).isEqualTo("docker");
        assertThat(access.tls()).isEqualTo(new TlsFiles(Path.of(pem), Path.of(pem), Path.of(pem), true));
        assertThat(DaemonOptions.parse(new String[] {"--tls=false"}).access().plain())
                .isTrue();
        assertThatThrownBy(
                        () -> DaemonOptions.parse(new String[] {"--tlsverify", "--tlscacert", pem, "--tlscert", pem}))
                .hasMessageContaining("--tlskey");
        assertThat(made).isTrue();
    }

    @Test
    void aSocketsGroup() throws Exception {
        Path socket = folder.resolve("grouped.sock");
        try (ProcessEngine engine = new ProcessEngine()) {
            String own = Files.readAttributes(folder, java.nio.file.attribute.PosixFileAttributes.class)
                    .group()
                    .getName();
            try (DockerServer server =
                    DockerServer.start(engine, List.of("unix://" + socket), new Access(own, null, false))) {
                assertThat(socket).exists();
            }
            assertThatThrownBy(() -> DockerServer.start(
                            engine, List.of("unix://" + socket), new Access("no-such-group", null, false)))
                    .hasMessageContaining("no group no-such-group");
            assertThat(socket).doesNotExist();
        }
    }
}
