package ondol.engine.logs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The json-file driver's file: what is in it, and that a writer that was killed anywhere leaves no gap and no doubles. */
final class JsonLogWriterTest {
    @TempDir
    Path temporary;

    private LogFolder folder;
    private Path file;

    @BeforeEach
    void folder() {
        folder = new LogFolder(temporary.resolve("log"));
        file = temporary.resolve("x-json.log");
    }

    private JsonLogWriter writer(long size, int files, boolean compress, Map<String, String> attributes) {
        return new JsonLogWriter(folder, file, size, files, compress, attributes);
    }

    private void run(JsonLogWriter writer) throws IOException, InterruptedException {
        LogSignal ended = new LogSignal();
        ended.end();
        writer.run(ended, _ -> {});
    }

    private static String json(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (String line : new String(bytes, UTF_8).split("\n")) {
            Object value = Jsonb.builder().build().type(Object.class).fromJson(line);
            text.append(((Map<?, ?>) value).get("log"));
        }
        return text.toString();
    }

    @Test
    void asDockerWritesIt() throws Exception {
        try (TestWriter out = new TestWriter(folder, 1 << 20, 3)) {
            out.out("one\ntw")
                    .err("to stderr\n")
                    .out("o\n<&>\"\\\t\u0001é\u2028\n")
                    .write(false, new byte[] {(byte) 0xff, '\n'})
                    .out("rest");
        }
        run(writer(0, 1, false, Map.of("a", "b\"c")));
        assertEquals("""
                {"log":"one\\n","stream":"stdout","attrs":{"a":"b\\"c"},"time":"1970-01-01T00:00:01Z"}
                {"log":"to stderr\\n","stream":"stderr","attrs":{"a":"b\\"c"},"time":"1970-01-01T00:00:01.000000001Z"}
                {"log":"two\\n","stream":"stdout","attrs":{"a":"b\\"c"},"time":"1970-01-01T00:00:01Z"}
                {"log":"\\u003c\\u0026\\u003e\\"\\\\\\t\\u0001é\\u2028\\n","stream":"stdout","attrs":{"a":"b\\"c"},"time":"1970-01-01T00:00:01.000000002Z"}
                {"log":"\\ufffd\\n","stream":"stdout","attrs":{"a":"b\\"c"},"time":"1970-01-01T00:00:01.000000003Z"}
                {"log":"rest","stream":"stdout","attrs":{"a":"b\\"c"},"time":"1970-01-01T00:00:01.000000004Z"}
                """, Files.readString(file));
    }

    @Test
    void longLinesComeInPieces() throws Exception {
        String line = "x".repeat(40_000) + "\n";
        try (TestWriter out = new TestWriter(folder, 1 << 20, 3)) {
            for (int i = 0; i < line.length(); i += 7000) {
                out.out(line.substring(i, Math.min(line.length(), i + 7000)));
            }
        }
        run(writer(0, 1, false, Map.of()));
        assertEquals(3, Files.readAllLines(file).size());
        assertEquals(line, json(Files.readAllBytes(file)));
    }

    @Test
    void killedAnywhere() throws Exception {
        Random random = new Random(7);
        StringBuilder all = new StringBuilder();
        try (TestWriter out = new TestWriter(folder, 4000, 100)) {
            for (int round = 0; round < 200; round++) {
                String text = "line " + round + (round % 3 == 0 ? "" : "\n");
                all.append(text);
                out.out(text);
                JsonLogWriter writer = writer(0, 1, false, Map.of());
                LogSignal signal = new LogSignal();
                Thread thread = Thread.ofVirtual().start(() -> {
                    try {
                        writer.run(signal, _ -> {});
                    } catch (IOException | InterruptedException e) {
                        throw new AssertionError(e);
                    }
                });
                Thread.sleep(random.nextInt(3));
                writer.close();
                signal.appended();
                thread.join();
                // what a writer had written that was killed before it could note it
                Files.writeString(file, "{\"log\":\"lost", StandardOpenOption.APPEND);
            }
        }
        run(writer(0, 1, false, Map.of()));
        assertEquals(all.toString(), json(Files.readAllBytes(file)));
    }

    @Test
    void rotates() throws Exception {
        List<String> lines = new ArrayList<>();
        try (TestWriter out = new TestWriter(folder, 1 << 20, 3)) {
            for (int i = 0; i < 20_000; i++) {
                lines.add("number " + i + "\n");
                out.out(lines.getLast());
            }
        }
        run(writer(300_000, 3, true, Map.of()));
        StringBuilder text = new StringBuilder();
        for (int i = 2; i > 0; i--) {
            Path older = file.resolveSibling(file.getFileName() + "." + i + ".gz");
            try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(older))) {
                text.append(json(in.readAllBytes()));
            }
        }
        if (Files.size(file) > 0) {
            text.append(json(Files.readAllBytes(file)));
        }
        assertTrue(String.join("", lines).endsWith(text.toString()), "the last of them, without a gap");
        assertTrue(text.length() > 50_000, "enough of them");
        try (var all = Files.list(temporary)) {
            assertEquals(5, all.count()); // log, x-json.log, .1.gz, .2.gz, .note
        }
    }

    @Test
    void putAwayAndKilledBeforeItIsNoted() throws Exception {
        try (TestWriter out = new TestWriter(folder, 1 << 20, 3)) {
            out.out("before\n");
            run(writer(0, 1, false, Map.of()));
            Files.move(file, file.resolveSibling("x-json.log.1"));
            out.out("after\n");
        }
        run(writer(0, 1, false, Map.of()));
        assertEquals("after\n", json(Files.readAllBytes(file)));
        assertEquals("before\n", json(Files.readAllBytes(file.resolveSibling("x-json.log.1"))));
        assertEquals(1, Files.readString(file, ISO_8859_1).lines().count());
    }
}
