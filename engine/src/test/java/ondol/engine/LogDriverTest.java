package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
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
        wrong("syslog", Map.of(), "no log driver named 'syslog'");
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
