package ondol.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import ondol.engine.EngineException.Kind;
import org.junit.jupiter.api.Test;

/** A container's files, from outside: copies, differences, exports, commits. */
final class FilesTest extends OnEngine {
    /** What the machine's tar makes of, and says of, files. */
    private static byte[] tar(String... words) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of("busybox", "tar", "-c", "-f", "-"));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).start().getInputStream().readAllBytes();
    }

    private static String listed(byte[] tar) throws IOException {
        Path file = folder.resolve("listed.tar");
        Files.write(file, tar);
        Process process = new ProcessBuilder("busybox", "tar", "-t", "-f", file.toString()).start();
        return new String(process.getInputStream().readAllBytes(), UTF_8);
    }

    private static byte[] one(String name, String text) throws IOException {
        Path made = Files.createDirectories(folder.resolve("tarred"));
        Files.writeString(made.resolve(name), text);
        return tar("-C", made.toString(), name);
    }

    private static String copied(String id, String path) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        containers().copyOut(id, path, out);
        return out.toString(UTF_8);
    }

    @Test
    void changes() {
        String id = started(
                shell(
                        "touch /new; mkdir /made; touch /made/in; rm /data/first; echo more >>/data/second; touch /tmp/t"),
                host());
        assertEquals(0, exit(id));
        TreeSet<String> said = new TreeSet<>();
        containers()
                .changes(id)
                .forEach(change ->
                        said.add(change.path() + " " + change.kind().name().charAt(0)));
        assertEquals(
                List.of(
                        "/data M",
                        "/data/first D",
                        "/data/second M",
                        "/made A",
                        "/made/in A",
                        "/new A",
                        "/tmp M",
                        "/tmp/t A"),
                List.copyOf(said));
        containers().remove(id, false, true);
        String nothing = started(shell("true"), host());
        exit(nothing);
        assertEquals(List.of(), containers().changes(nothing));
        containers().remove(nothing, false, true);
    }

    @Test
    void commitAndRun() {
        String id = started(shell("echo kept >/kept; rm /data/first; ln -s kept /link; chown 1000:44 /kept"), host());
        assertEquals(0, exit(id));
        String image = containers()
                .commit(
                        id,
                        "repo/made:v1",
                        "me",
                        "words",
                        List.of("CMD [\"cat\",\"/link\"]", "ENV A=b", "USER ann", "WORKDIR /data"),
                        true);
        assertEquals(image, engine.images().inspect("repo/made:v1").id());
        assertEquals(
                "kept\n",
                run(ContainerConfigBuilder.builder().image("repo/made:v1"), host())
                        .out());
        assertEquals(
                "b ann /data second 1000:44",
                run(
                                shell("echo $A $(id -un) $(pwd) $(ls /data) $(stat -c %u:%g /kept)")
                                        .image("repo/made:v1"),
                                host())
                        .out()
                        .strip());
        assertEquals("words", engine.images().inspect(image).comment());
        assertEquals(2, engine.images().inspect(image).layers().size());
        containers().remove(id, false, true);
        String running = started("echo while >/while; sleep 60");
        eventually("written", () -> exec(running, "cat", "/while").out().equals("while\n"));
        containers().commit(running, "paused", null, null, List.of(), true);
        assertEquals(ContainerDetails.Status.RUNNING, state(running).status());
        assertEquals(
                "while\n", run(busybox("cat", "/while").image("paused"), host()).out());
        containers().remove(running, true, true);
    }

    @Test
    void export() throws IOException {
        String id = started("echo x >/exported; rm /data/first");
        exit(id);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        containers().export(id, out);
        List<String> names = listed(out.toByteArray())
                .lines()
                .map(n -> n.replaceAll("^\\./|/$", ""))
                .toList();
        assertTrue(names.containsAll(List.of("exported", "bin/busybox", "data/second")), names.toString());
        assertFalse(names.contains("data/first"));
        engine.images()
                .importTar(
                        new ByteArrayInputStream(out.toByteArray()),
                        "imported",
                        "m",
                        List.of("CMD [\"cat\",\"/exported\"]"));
        assertEquals(
                "x\n",
                run(ContainerConfigBuilder.builder().image("imported"), host()).out());
        containers().remove(id, false, true);
    }

    @Test
    void copies() throws IOException {
        for (boolean running : new boolean[] {false, true}) {
            String id = create(shell("sleep 60"), host());
            if (running) {
                containers().start(id);
            }
            containers().copyIn(id, "/data", new ByteArrayInputStream(one("in", "hello")), false, false);
            assertTrue(copied(id, "/data/in").contains("hello"));
            assertTrue(copied(id, "/data").contains("second"));
            Containers.PathStat stat = containers().stat(id, "/data/in");
            assertEquals("in 5", stat.name() + " " + stat.size());
            assertEquals(1L << 31, containers().stat(id, "/data").mode() & (1L << 31));
            assertEquals("busybox", containers().stat(id, "/bin/ls").linkTarget());
            assertEquals(Kind.NOT_FOUND, refused(() -> copied(id, "/no/such")).kind());
            assertEquals(
                    Kind.NOT_FOUND,
                    refused(() -> containers()
                                    .copyIn(id, "/nosuch", new ByteArrayInputStream(quiet("x")), false, false))
                            .kind());
            containers().remove(id, true, true);
        }
    }

    private static byte[] quiet(String text) {
        try {
            return one("x", text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void linksDoNotLeadOut() throws IOException {
        String marker = "ondol-evil-" + ProcessHandle.current().pid();
        for (boolean running : new boolean[] {false, true}) {
            String id = started(
                    "mkdir /in; ln -s /etc /in/evil; ln -s /../../../../etc /in/dots; ln -s /proc/self/root /in/magic; touch /ready; sleep 60");
            eventually("ready", () -> exec(id, "ls", "/ready").code() == 0);
            if (!running) {
                containers().kill(id, null);
            }
            for (String way : new String[] {"/in/evil", "/in/dots", "/in/magic/etc", "/in/evil/../etc"}) {
                try {
                    containers().copyIn(id, way, new ByteArrayInputStream(one(marker, "evil")), false, false);
                } catch (EngineException e) {
                    // refused is as good
                }
                assertFalse(Files.exists(Path.of("/etc", marker)), way);
                try {
                    String host = Files.readString(Path.of("/etc/os-release"));
                    assertFalse(copied(id, way + "/os-release").contains(host), way);
                } catch (EngineException e) {
                    // not found in the container
                }
            }
            containers().remove(id, true, true);
        }
    }

    @Test
    void swappedLinksDoNotLeadOut() throws IOException {
        String marker = "ondol-swap-" + ProcessHandle.current().pid();
        String id = started(
                "mkdir -p /a/x /b; cd /; while :; do mv /a/x /b/x; ln -s /etc /a/x; rm /a/x; mv /b/x /a/x; done");
        byte[] tar = one(marker, "evil");
        for (int i = 0; i < (machine.slow() ? 20 : 200); i++) {
            try {
                containers().copyIn(id, "/a/x", new ByteArrayInputStream(tar), false, false);
            } catch (EngineException e) {
                // it was not there just then
            }
            try {
                copied(id, "/a/x/os-release");
            } catch (EngineException e) {
                // nor then
            }
        }
        assertFalse(Files.exists(Path.of("/etc", marker)));
        containers().remove(id, true, true);
    }

    @Test
    void readOnlyRootTakesNothing() throws IOException {
        byte[] tar = one("x", "y");
        String id = create(shell("true"), host().readonlyRootfs(true));
        refused(() -> containers().copyIn(id, "/data", new ByteArrayInputStream(tar), false, false));
        containers().remove(id, false, true);
    }
}
