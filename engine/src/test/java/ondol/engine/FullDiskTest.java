package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An engine whose disk is full: what cannot be done is told in a sentence, and what runs goes on. */
final class FullDiskTest extends OnEngine {
    private static Path disk;

    @BeforeAll
    static void smallDisk() throws Exception {
        engine.close();
        disk = Files.createDirectory(folder.resolve("disk"));
        does("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", disk.toString());
        engine = Engines.open(EngineOptions.at(disk));
        engine.images().importFolder(folder.resolve("busybox-root"), "busybox");
    }

    @AfterAll
    static void noDisk() throws Exception {
        engine.containers().list().forEach(c -> engine.containers().remove(c.id(), true, true));
        engine.close();
        does("umount", disk.toString());
        engine = Engines.open(EngineOptions.at(folder));
    }

    private static void does(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        assertEquals(0, process.waitFor(), String.join(" ", command));
    }

    private static void fill() {
        try (OutputStream out = Files.newOutputStream(disk.resolve("fill"))) {
            byte[] page = new byte[4096];
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.toString());
        }
    }

    @AfterEach
    void room() throws IOException {
        Files.deleteIfExists(disk.resolve("fill"));
    }

    private static void touch(String id, String file) {
        assertEquals(0, exec(id, "touch", file).code());
    }

    private static long bytes(Events.Event event) {
        return Long.parseLong(event.attributes().getOrDefault("bytes", "0"));
    }

    private static List<Events.Event> losses(String id) {
        return engine.events().recent().stream()
                .filter(event -> event.id().equals(id) && event.action().equals("log_lost"))
                .toList();
    }

    @Test
    void outputThatIsLostIsCounted() throws IOException {
        String lines = "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done";
        String id = started("echo before; until test -e /dev/shm/go; do usleep 10000; done; " + lines
                + "; touch /dev/shm/written; until test -e /dev/shm/more; do usleep 10000; done; echo after");
        eventually("it says something", () -> logs(id).equals("before\n"));
        fill();
        touch(id, "/dev/shm/go");
        eventually(
                "it is not held up",
                () -> exec(id, "test", "-e", "/dev/shm/written").code() == 0);
        eventually(
                "the loss is known",
                () -> state(id).lostOutput() > 0 && !losses(id).isEmpty());
        room();
        touch(id, "/dev/shm/more");
        assertEquals(0, exit(id));

        String kept = logs(id);
        Matcher said = Pattern.compile("ondol: (\\d+) bytes of output are missing here: the disk was full\n")
                .matcher(kept);
        long lost = said.results() // there may be room for a moment in between
                .mapToLong(part -> Long.parseLong(part.group(1)))
                .sum();
        String rest = said.replaceAll("");
        StringBuilder all = new StringBuilder("before\n");
        for (int i = 0; i < 2000; i++) {
            all.append("line ").append(i).append('\n');
        }
        all.append("after\n");
        assertTrue(lost > 0, kept);
        assertEquals(all.length() - lost, rest.length(), kept);
        assertTrue(rest.startsWith("before\n") && rest.endsWith("after\n"), kept);
        assertEquals(lost, state(id).lostOutput());
        eventually("so it is said", () -> bytes(losses(id).getLast()) == lost);
        engine.close();
        engine = Engines.open(EngineOptions.at(disk));
        assertEquals(lost, state(id).lostOutput());
        containers().start(id); // what it waits for is not there: a new /dev/shm
        assertEquals(0, state(id).lostOutput());
        containers().remove(id, true, true);
    }

    @Test
    void anEndIsRecordedOnceThereIsRoom() throws IOException {
        String id = started("until test -e /dev/shm/go; do usleep 10000; done; echo unseen; exit 6");
        fill();
        touch(id, "/dev/shm/go");
        assertEquals(6, exit(id));
        engine.close(); // nothing of it could be written
        room();
        engine = Engines.open(EngineOptions.at(disk));
        assertEquals(6, exit(id));
        assertEquals(6, state(id).exitCode());
        assertFalse(state(id).active());
        containers().remove(id, false, true);
    }

    /** What there is, but for logs and what the engine writes as it goes. */
    private static TreeSet<String> files() throws IOException {
        try (Stream<Path> walk = Files.walk(disk)) {
            TreeSet<String> names = new TreeSet<>();
            walk.map(path -> disk.relativize(path).toString())
                    .filter(name -> !name.startsWith("run") && !name.startsWith("meter") && !name.contains("/work/"))
                    .forEach(names::add);
            return names;
        } catch (UncheckedIOException e) { // a folder went while it was walked
            throw e.getCause();
        }
    }

    private static void oneSentence(String what, Runnable action) {
        oneSentence(what, refused(action));
    }

    private static void oneSentence(String what, EngineException e) {
        String words = String.valueOf(e.getMessage());
        assertTrue(words.toLowerCase(Locale.ROOT).contains("no space left"), what + ": " + words);
        assertFalse(words.contains("Exception") || words.contains("\n"), what + ": " + words);
    }

    @Test
    void whatNeedsRoomIsRefusedAndLeavesNothing() throws IOException {
        String ran = create(shell("head -c 2000000 /dev/urandom >/much; sleep 600"), host());
        containers().start(ran);
        eventually("it has written", () -> exec(ran, "test", "-s", "/much").code() == 0);
        String waits = create(shell("true"), host());
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        containers().export(ran, tar);
        TreeSet<String> before = files();
        fill();
        oneSentence("create", () -> create(shell("true"), host()));
        oneSentence("volume", () -> engine.volumes().create("some", Map.of(), Map.of()));
        oneSentence("commit", () -> containers().commit(ran, "made", null, null, List.of(), true));
        oneSentence(
                "import",
                () -> engine.images().importTar(new ByteArrayInputStream(tar.toByteArray()), "made", null, List.of()));
        oneSentence("init", () -> engine.images().importFolder(folder.resolve("busybox-root"), "again"));
        room();
        eventually(
                () -> {
                    try {
                        TreeSet<String> now = files();
                        now.removeAll(before);
                        return "nothing is left: " + now;
                    } catch (IOException e) {
                        return e.toString();
                    }
                },
                () -> {
                    try {
                        return files().equals(before);
                    } catch (IOException e) {
                        return false;
                    }
                });
        assertEquals(2, containers().list().size());
        fill();
        try { // not every file system needs room for it
            containers().start(waits);
            assertEquals(0, exit(waits));
        } catch (EngineException e) {
            oneSentence("start", e);
        }
        room();
        containers().start(waits);
        assertEquals(0, exit(waits));
        containers().remove(ran, true, true);
        containers().remove(waits, true, true);
        assertEquals("fine", out("echo fine"));
    }
}
