package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import ondol.image.tls.TlsFiles;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Output to a server of syslog behind TLS, with certificates that openssl made. */
final class SyslogTlsTest extends OnEngine {
    private static final String CURVE = "ec_paramgen_curve:P-256";

    @BeforeAll
    static void certificates() throws Exception {
        Assumptions.assumeTrue(
                List.of(System.getenv("PATH").split(":")).stream()
                        .anyMatch(bin -> Files.isExecutable(Path.of(bin, "openssl"))),
                "openssl is not on PATH");
        authority("ca");
        authority("other");
        signed("server", "subjectAltName=IP:127.0.0.1");
        signed("elsewhere", "subjectAltName=DNS:elsewhere.example");
        signed("client", "extendedKeyUsage=clientAuth");
        Files.writeString(folder.resolve("nothing.pem"), "nothing");
    }

    private static void authority(String name) throws Exception {
        openssl("req -x509 -newkey ec -pkeyopt %s -nodes -days 2 -subj /CN=%2$s -keyout %2$s-key.pem -out %2$s.pem"
                .formatted(CURVE, name));
    }

    private static void signed(String name, String extension) throws Exception {
        Files.writeString(folder.resolve(name + ".ext"), extension);
        openssl("req -new -newkey ec -pkeyopt %s -nodes -subj /CN=%2$s -keyout %2$s-key.pem -out %2$s.csr"
                .formatted(CURVE, name));
        openssl(
                "x509 -req -days 2 -in %1$s.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile %1$s.ext -out %1$s.pem"
                        .formatted(name));
    }

    private static void openssl(String words) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words.split(" ")));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), said);
    }

    private static Path file(String name) {
        return folder.resolve(name + ".pem");
    }

    /** A server of syslog with a certificate by name; port 0 for any. */
    private static SSLServerSocket server(String name, int port, boolean asksForOne) throws IOException {
        var files = new TlsFiles(file("ca"), file(name), file(name + "-key"), true);
        SSLServerSocket server = (SSLServerSocket)
                files.context().getServerSocketFactory().createServerSocket(port, 50, InetAddress.getLoopbackAddress());
        server.setNeedClientAuth(asksForOne);
        server.setSoTimeout(20_000);
        return server;
    }

    /** Shakes hands with whoever looks whether it is there, or is refused. */
    private static void looked(SSLServerSocket server) {
        Thread.startVirtualThread(() -> {
            try (Socket look = server.accept()) {
                look.getInputStream().readAllBytes();
            } catch (IOException e) {
                // the client's side is what is asserted
            }
        });
    }

    private static String line(Socket client) throws IOException {
        client.setSoTimeout(20_000);
        return String.valueOf(
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8)).readLine());
    }

    private static HostConfigBuilder to(SSLServerSocket server, String... options) {
        Map<String, String> all =
                new HashMap<>(Map.of("syslog-address", "tcp+tls://127.0.0.1:" + server.getLocalPort()));
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        return host().logConfig(new LogConfig("syslog", all));
    }

    private static String ca(String name) {
        return file(name).toString();
    }

    @Test
    void bothKnowEachOtherAlsoWhenTheServerComesBack() throws Exception {
        SSLServerSocket server = server("server", 0, true);
        looked(server);
        String id = started(
                shell("i=0; while :; do echo line $i; i=$((i+1)); usleep 20000; done"),
                to(
                        server,
                        "syslog-format",
                        "rfc5424",
                        "syslog-tls-ca-cert",
                        ca("ca"),
                        "syslog-tls-cert",
                        ca("client"),
                        "syslog-tls-key",
                        ca("client-key")));
        try (Socket client = server.accept()) {
            String line = line(client);
            assertTrue(line.matches("(\\d+) <30>1 \\S+ \\S+ \\w{12} \\d+ \\w{12} - line 0"), line);
            int space = line.indexOf(' ');
            assertEquals(line.length() - space, Integer.parseInt(line.substring(0, space)));
        }
        server.close();
        pause(200); // these get nowhere
        try (SSLServerSocket again = server("server", server.getLocalPort(), true);
                Socket client = again.accept()) {
            assertTrue(line(client).contains(" - line "));
        }
        containers().remove(id, true, true);
    }

    @Test
    void whomNobodyTrustsGetsNothing() throws Exception {
        try (SSLServerSocket server = server("server", 0, false)) {
            refusedAtStart(server, "no authority that is trusted", "syslog-tls-ca-cert", ca("other"));
            refusedAtStart(server, "no authority that is trusted");
            looked(server);
            String id = started(
                    shell("echo hello"),
                    to(server, "syslog-tls-ca-cert", ca("other"), "syslog-tls-skip-verify", "true"));
            try (Socket client = server.accept()) {
                String line = line(client);
                assertTrue(line.matches("<30>\\w{3} [ \\d]\\d [0-9:]{8} \\w{12}\\[\\d+]: hello"), line);
            }
            containers().remove(id, true, true);
        }
        try (SSLServerSocket server = server("elsewhere", 0, false)) {
            refusedAtStart(server, "127.0.0.1", "syslog-tls-ca-cert", ca("ca"));
        }
    }

    @Test
    void aServerThatAsksForACertificate() throws Exception {
        try (SSLServerSocket server = server("server", 0, true)) {
            refusedAtStart(server, "TLS fails: ", "syslog-tls-ca-cert", ca("ca"));
            server.setEnabledProtocols(new String[] {"TLSv1.2"});
            refusedAtStart(server, "TLS fails: ", "syslog-tls-ca-cert", ca("ca"));
        }
    }

    private static void refusedAtStart(SSLServerSocket server, String words, String... options) {
        String id = create(shell("echo hello"), to(server, options));
        looked(server);
        EngineException e = refused(() -> containers().start(id));
        assertEquals(EngineException.Kind.FAILED, e.kind());
        String said = String.valueOf(e.getMessage());
        assertTrue(said.startsWith("failed to initialize logging driver: syslog: 127.0.0.1:"), said);
        assertTrue(said.contains(words), said);
        containers().remove(id, true, true);
    }

    @Test
    void whatMakesNoSense() {
        wrong("is missing", "tcp+tls://127.0.0.1", "syslog-tls-cert", ca("client"));
        wrong("absolute path", "tcp+tls://127.0.0.1", "syslog-tls-ca-cert", "ca.pem");
        wrong("does not exist", "tcp+tls://127.0.0.1", "syslog-tls-ca-cert", "/no/such.pem");
        wrong("is no file", "tcp+tls://127.0.0.1", "syslog-tls-ca-cert", "/dev/zero");
        wrong("is no certificate", "tcp+tls://127.0.0.1", "syslog-tls-ca-cert", ca("nothing"));
        wrong(
                "no private key in PEM",
                "tcp+tls://127.0.0.1",
                "syslog-tls-cert",
                ca("client"),
                "syslog-tls-key",
                ca("client"));
        wrong("must be true or false", "tcp+tls://127.0.0.1", "syslog-tls-skip-verify", "perhaps");
        wrong("a host is missing", "tcp+tls:///x");
    }

    private static void wrong(String words, String address, String... options) {
        Map<String, String> all = new HashMap<>(Map.of("syslog-address", address));
        for (int i = 0; i < options.length; i += 2) {
            all.put(options[i], options[i + 1]);
        }
        EngineException e = refused(() -> create(shell("true"), host().logConfig(new LogConfig("syslog", all))));
        assertEquals(EngineException.Kind.INVALID, e.kind());
        assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
    }
}
