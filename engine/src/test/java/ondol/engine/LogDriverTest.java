package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where the output of containers goes. */
final class LogDriverTest extends OnEngine {
    private static HostConfigBuilder driver(String name, Map<String, String> options) {
        return host().logConfig(new LogConfig(name, options));
    }

    private static List<Map<?, ?>> objects(String id) {
        try {
            return Files.readAllLines(Path.of(containers().inspect(id).logPath())).stream()
                    .<Map<?, ?>>map(line -> (Map<?, ?>)
                            Jsonb.builder().build().type(Object.class).fromJson(line))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String said(String id) {
        StringBuilder text = new StringBuilder();
        objects(id).forEach(object -> text.append(object.get("log")));
        return text.toString();
    }

    @Test
    void jsonFile() {
        ContainerConfigBuilder config = shell("echo out; sleep 0.1; echo err >&2; sleep 0.1; printf rest")
                .labels(Map.of("team", "blue", "other", "x"))
                .env(List.of("SITE=here", "MORE=there"));
        String id = create(
                config, driver("json-file", Map.of("labels", "team", "env", "SITE", "tag", "{{.Name}}/{{.ID}}")));
        containers().start(id);
        assertEquals(0, exit(id));
        eventually("all of it", () -> objects(id).size() == 3);
        assertEquals("out\nerr\nrest", said(id));
        assertEquals("stderr", objects(id).get(1).get("stream"));
        String name = containers().inspect(id).name();
        assertEquals(
                Map.of("team", "blue", "SITE", "here", "tag", name + "/" + id.substring(0, 12)),
                objects(id).get(0).get("attrs"));
        assertEquals("out\nerr\nrest", logs(id));
        containers().start(id);
        exit(id);
        eventually("the second run", () -> objects(id).size() == 6);
        containers().remove(id, false, true);
    }

    @Test
    void jsonFileIsWrittenWhileAnEngineIsThere() {
        String id = started(
                shell("i=0; while [ $i -lt 200 ]; do echo $i; i=$((i+1)); usleep 10000; done"),
                driver("json-file", Map.of()));
        eventually("some", () -> objects(id).size() > 10);
        engine.close();
        pause(300);
        engine = Engines.open(EngineOptions.at(folder));
        eventually("some more", () -> objects(id).size() > 50);
        engine.close();
        pause(machine.slow() ? 10_000 : 4000); // it ends without an engine
        engine = Engines.open(EngineOptions.at(folder));
        assertEquals(0, exit(id));
        String all = logs(id);
        assertEquals(200, all.lines().count());
        eventually("all, and nothing twice", () -> said(id).equals(all));
        engine.close();
        engine = Engines.open(EngineOptions.at(folder));
        pause(100);
        assertEquals(all, said(id));
        containers().remove(id, false, true);
    }

    @Test
    void rotatedJsonFileLosesNothing() {
        String id = started(
                shell("i=0; while [ $i -lt 3000 ]; do echo line number $i; i=$((i+1)); done"),
                driver("json-file", Map.of("max-size", "20k", "max-file", "1000")));
        exit(id);
        Path log = Path.of(containers().inspect(id).logPath());
        eventually("all lines in all files", () -> {
            try (var files = Files.list(log.getParent())) {
                long lines = 0;
                for (Path file : files.filter(f -> f.getFileName().toString().contains("-json.log")
                                && !f.toString().contains(".note"))
                        .toList()) {
                    lines += Files.readAllLines(file).size();
                }
                return lines == 3000;
            } catch (IOException e) {
                return false; // renamed meanwhile
            }
        });
        containers().remove(id, false, true);
        eventually("the files go too", () -> !Files.exists(log));
    }

    private static String datagram(DatagramSocket server) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[65536], 65536);
        server.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    @Test
    void syslogByDatagrams() throws Exception {
        try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(20_000);
            String address = "udp://127.0.0.1:" + server.getLocalPort();
            String id = started(
                    shell("echo out; sleep 0.2; printf rest >&2"),
                    driver(
                            "syslog",
                            Map.of(
                                    "syslog-address", address,
                                    "syslog-format", "rfc5424micro",
                                    "syslog-facility", "local3",
                                    "tag", "app/{{.Name}}")));
            String tag = "app/" + containers().inspect(id).name();
            String head =
                    "1 \\d{4}-\\d\\d-\\d\\dT[0-9:.]{15}(Z|[+-]\\d\\d:\\d\\d) \\S+ %s \\d+ %s - ".formatted(tag, tag);
            String first = datagram(server);
            assertTrue(first.matches("<158>" + head + "out\n"), first); // 19 * 8 + 6
            String second = datagram(server);
            assertTrue(second.matches("<155>" + head + "rest\n"), second);
            assertEquals("out\nrest", logs(id));
            containers().remove(id, true, true);
        }
    }

    @Test
    void syslogOverTcpGoesOnWhenItsServerComesBack() throws Exception {
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        int port = server.getLocalPort();
        String id = create(
                shell("i=0; while :; do echo line $i; i=$((i+1)); usleep 20000; done"),
                driver("syslog", Map.of("syslog-address", "tcp://127.0.0.1:" + port, "syslog-format", "rfc3164")));
        containers().start(id);
        server.accept().close(); // the look at whether it is there
        try (Socket client = server.accept()) {
            String line = firstLine(client);
            assertTrue(
                    line.matches(
                            "<30>\\w{3} [ \\d]\\d [0-9:]{8} \\S+ %s\\[\\d+]: line 0".formatted(id.substring(0, 12))),
                    line);
        }
        server.close();
        pause(300); // these get nowhere, and nothing waits for them
        try (ServerSocket again = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
            again.setSoTimeout(20_000);
            try (Socket client = again.accept()) {
                assertTrue(firstLine(client).contains("]: line "));
            }
        }
        assertTrue(logs(id).startsWith("line 0\nline 1\n"));
        containers().kill(id, null);
        exit(id);
        EngineException e = refused(() -> containers().start(id));
        assertEquals(EngineException.Kind.FAILED, e.kind());
        assertTrue(
                String.valueOf(e.getMessage()).contains("failed to initialize logging driver: syslog"), e.getMessage());
        containers().remove(id, true, true);
    }

    private static String firstLine(Socket client) throws IOException {
        return String.valueOf(
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8)).readLine());
    }

    @Test
    void details() throws InterruptedException {
        ContainerConfigBuilder config = shell("echo out; printf 'err' >&2").labels(Map.of("team", "blue & green"));
        String id = started(config, driver("json-file", Map.of("labels", "team", "tag", "x")));
        exit(id);
        LogOptions options = new LogOptions(true, false, null, null, -1, false, true);
        try (OutputReader reader = containers().logs(id, options)) {
            Output line = reader.next();
            assertEquals(
                    "tag=x,team=blue+%26+green out\n",
                    line == null ? null : new String(line.bytes(), StandardCharsets.UTF_8));
        }
        containers().remove(id, true, true);
    }

    @Test
    void none() {
        String id = started(shell("echo unseen"), driver("none", Map.of()));
        exit(id);
        assertEquals(EngineException.Kind.UNSUPPORTED, refused(() -> logs(id)).kind());
        containers().remove(id, false, true);
        Ran ran = run(shell("echo seen"), driver("none", Map.of()));
        assertEquals("seen\n", ran.out());
    }

    @Test
    void whatMakesNoSense() {
        wrong("gelf", Map.of(), "no log driver named 'gelf'");
        wrong("syslog", Map.of("syslog-address", "127.0.0.1:514"), "write it as");
        wrong("syslog", Map.of("syslog-address", "http://x"), "unsupported scheme");
        wrong("syslog", Map.of("syslog-facility", "kernel"), "invalid syslog facility");
        wrong("syslog", Map.of("syslog-format", "rfc1"), "Invalid syslog format");
        wrong("journald", Map.of("max-size", "1m"), "unknown log opt 'max-size' for journald log driver");
        wrong("local", Map.of("labels", "x"), "unknown log opt 'labels' for local log driver");
        wrong("none", Map.of("max-size", "1m"), "unknown log opt 'max-size'");
        wrong("json-file", Map.of("max-file", "3"), "max-size is not set");
        wrong("json-file", Map.of("max-size", "x"), "invalid size");
        wrong("local", Map.of("max-file", "0"), "max-file must be");
        wrong("local", Map.of("mode", "x"), "logging mode not supported");
        wrong("json-file", Map.of("tag", "{{.Nothing}}"), "tag knows");
        wrong("json-file", Map.of("labels-regex", "("), "no pattern");
    }

    private static void wrong(String driver, Map<String, String> options, String words) {
        EngineException e = refused(() -> create(shell("true"), driver(driver, options)));
        assertEquals(EngineException.Kind.INVALID, e.kind());
        assertTrue(String.valueOf(e.getMessage()).contains(words), e.getMessage());
    }
}
