package ondol.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import ondol.engine.EngineException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A container's command: its end, its streams, its surroundings. */
final class ProcessTest extends OnEngine {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "exit 0, 0",
                "exit 7, 7",
                "exit 300, 44",
                "nosuch, 127",
                "/plain, 126",
                "sh -c 'kill -9 $$'; exit $?, 137"
            })
    void exitCode(String script, int code) {
        assertEquals(code, run(script).code());
    }

    @ParameterizedTest
    @CsvSource({"KILL, 137", "TERM, 143", "HUP, 129", "10, 138"})
    void endedBySignal(String signal, int code) {
        // process 1 has no default actions, so the signal goes to a command that installs nothing, from outside
        String id = started(
                shell("trap 'exit 143' TERM; trap 'exit 129' HUP; trap 'exit 138' USR1;"
                        + " echo ready; while :; do sleep 0.05; done"),
                host());
        eventually("ready", () -> logs(id).contains("ready"));
        containers().kill(id, signal);
        assertEquals(code, exit(id));
        containers().remove(id, false, true);
    }

    @Test
    void missingAndForbiddenCommands() {
        String missing = create(busybox("nosuch"), host());
        EngineException notFound = refused(() -> containers().start(missing));
        assertEquals(Kind.COMMAND_NOT_FOUND, notFound.kind(), notFound.getMessage());
        assertEquals(127, state(missing).exitCode());
        assertTrue(
                state(missing).error().contains("executable file not found in $PATH"),
                state(missing).error());
        for (String path : new String[] {"/plain", "/etc"}) {
            String id = create(busybox(path), host());
            EngineException refused = refused(() -> containers().start(id));
            assertEquals(Kind.COMMAND_NOT_EXECUTABLE, refused.kind(), refused.getMessage());
            assertEquals(126, state(id).exitCode());
        }
        String absolute = create(busybox("/no/such"), host());
        assertEquals(
                Kind.COMMAND_NOT_FOUND,
                refused(() -> containers().start(absolute)).kind());
    }

    @Test
    void theScoreOfAProcessIsNotItsMinders() throws IOException {
        String before = score("self");
        String id = started(busybox("sleep", "100"), host().oomScoreAdj(500));
        String pid = String.valueOf(state(id).pid());
        assertEquals("500", score(pid));
        String parent = Files.readAllLines(Path.of("/proc", pid, "status")).stream()
                .filter(line -> line.startsWith("PPid:"))
                .map(line -> line.substring("PPid:".length()).strip())
                .findFirst()
                .orElseThrow();
        assertEquals(before, score(parent));
        containers().remove(id, true, true);
    }

    private static String score(String process) throws IOException {
        return Files.readString(Path.of("/proc", process, "oom_score_adj")).strip();
    }

    @Test
    void allOutputComesInOrder() {
        int size = 1 << 20;
        Ran ran = run("seq 1 200000 | head -c " + size + "; seq 1 200000 | head -c " + size + " >&2; echo end");
        assertEquals(size + 4, ran.out().length());
        assertEquals(size, ran.err().length());
        assertTrue(ran.out().startsWith("1\n2\n3\n") && ran.out().endsWith("end\n"));
        StringBuilder expected = new StringBuilder();
        for (int i = 1; expected.length() < size; i++) {
            expected.append(i).append('\n');
        }
        assertEquals(expected.substring(0, size), ran.err());
    }

    @Test
    void stdinBeforeTheStartAndItsEnd() {
        String id = create(busybox("cat").openStdin(true).stdinOnce(true), host());
        try (Attachment attachment = containers().attach(id, AttachOptions.ALL)) {
            Thread writer = Thread.ofPlatform().start(() -> {
                byte[] bytes = "before\n".getBytes(UTF_8);
                attachment.write(bytes, 0, bytes.length);
                attachment.closeStdin();
            });
            pause(50);
            containers().start(id);
            assertEquals(new Ran(0, "before\n", ""), ended(attachment, id));
            assertFalse(interruptible(writer));
        }
        containers().remove(id, false, true);
    }

    private static boolean interruptible(Thread thread) {
        try {
            thread.join(5000);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return thread.isAlive();
    }

    @Test
    void withoutStdinTheEndComesAtOnce() {
        assertEquals("0", out("wc -c </dev/stdin"));
    }

    @Test
    void muchInput() throws InterruptedException {
        String id = create(busybox("wc", "-c").openStdin(true).stdinOnce(true), host());
        try (Attachment attachment = containers().attach(id, AttachOptions.ALL)) {
            containers().start(id);
            byte[] bytes = new byte[5 << 20];
            attachment.write(bytes, 0, bytes.length);
            attachment.closeStdin();
            assertEquals((5 << 20) + "\n", ended(attachment, id).out());
        }
        containers().remove(id, false, true);
    }

    @Test
    void terminal() {
        String id = create(
                shell("tty; test -c /dev/console && echo console; readlink /proc/self/fd/0; cat /proc/self/stat |"
                                + " cut -d' ' -f7; stty size; trap 'stty size; exit 3' WINCH; echo ready; while :; do"
                                + " sleep 0.05; done")
                        .tty(true)
                        .openStdin(true),
                host().consoleSize(List.of(40, 90)));
        try (Attachment attachment = containers().attach(id, AttachOptions.ALL)) {
            containers().start(id);
            eventually("ready", () -> logs(id).contains("ready"));
            containers().resize(id, 33, 77);
            Ran ran = ended(attachment, id);
            assertEquals(3, ran.code(), ran.out());
            String[] lines = ran.out().split("\r\n");
            assertEquals("/dev/pts/0", lines[0]);
            assertEquals("console", lines[1]);
            assertEquals("/dev/pts/0", lines[2]);
            assertFalse(lines[3].equals("0"), "no controlling terminal");
            assertEquals("40 90", lines[4]);
            assertEquals("33 77", lines[6]);
        }
        containers().remove(id, false, true);
    }

    @Test
    void jobControl() {
        String id = create(busybox("sh", "-i").tty(true).openStdin(true), host());
        try (Attachment attachment = containers().attach(id, AttachOptions.ALL)) {
            containers().start(id);
            type(attachment, "sleep 100\n");
            eventually("sleep", () -> containers().top(id, "").rows().size() == 2);
            eventually("stopped", () -> {
                type(attachment, "\u001a"); // ^Z, until it is in the foreground; the shell does not mind
                return logs(id).contains("Stopped");
            });
            type(attachment, "kill -9 %1; echo $((6*7)); cat\n");
            eventually("42", () -> logs(id).contains("42"));
            eventually("cat", () -> containers().top(id, "").rows().toString().contains("cat"));
            eventually("the shell alone", () -> {
                type(attachment, "\u0003"); // ^C ends cat and not the shell
                return containers().top(id, "").rows().size() == 1;
            });
            type(attachment, "exit 5\n");
            Ran ran = ended(attachment, id);
            assertEquals(5, ran.code(), ran.out());
            assertFalse(ran.out().contains("job control turned off"), ran.out());
        }
        containers().remove(id, false, true);
    }

    private static void type(Attachment attachment, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        attachment.write(bytes, 0, bytes.length);
    }

    @Test
    void environment() {
        String id = create(busybox("env").env(List.of("A=b", "EMPTY=")), host());
        containers().start(id);
        assertEquals(0, exit(id));
        List<String> lines = logs(id).lines().sorted().toList();
        assertEquals(
                List.of(
                        "A=b",
                        "EMPTY=",
                        "HOME=/root",
                        "HOSTNAME=" + id.substring(0, 12),
                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                lines);
        containers().remove(id, false, true);
        assertTrue(run(busybox("env").tty(true), host()).out().contains("TERM=xterm"));
        assertEquals(
                "/home/ann /x",
                out(
                        c -> c.user("ann").env(List.of("PATH=/x:/bin")),
                        UnaryOperator.identity(),
                        "echo $HOME ${PATH%:*}"));
    }

    @ParameterizedTest
    @CsvSource({
        "ann, uid=1000(ann) gid=1000(ann) groups=29(audio)",
        "1000, uid=1000(ann) gid=1000(ann) groups=29(audio)",
        "ann:video, uid=1000(ann) gid=44(video)",
        "1234:29, uid=1234 gid=29(audio)",
        "1234, uid=1234 gid=0(root)",
        "0, uid=0(root) gid=0(root)"
    })
    void users(String user, String id) {
        String said = out(c -> c.user(user), h -> h, "id");
        assertTrue(said.startsWith(id), said);
    }

    @Test
    void moreGroups() {
        String said = out(c -> c.user("ann"), h -> h.groupAdd(List.of("video", "77")), "id");
        assertTrue(said.contains("44(video)") && said.contains("77"), said);
        EngineException unknown = refused(() -> run(shell("id").user("nobody-here"), host()));
        assertTrue(unknown.getMessage().contains("nobody-here"), unknown.getMessage());
    }

    @Test
    void workingFolderIsMade() {
        assertEquals("/made/here", out(c -> c.workingDir("/made/here"), h -> h, "pwd"));
        EngineException file = refused(() -> run(shell("pwd").workingDir("/plain"), host()));
        assertTrue(file.getMessage().contains("/plain"), file.getMessage());
    }

    @Test
    void entrypointAndCommand() {
        Ran ran = run(busybox("b", "c").entrypoint(List.of("echo", "a")), host());
        assertEquals("a b c\n", ran.out());
        String image = containers()
                .commit(
                        create(busybox("true"), host()),
                        "entry",
                        null,
                        null,
                        List.of("ENTRYPOINT [\"echo\",\"image\"]", "CMD [\"default\"]", "ENV FROM=image", "LABEL a=b"),
                        false);
        assertTrue(image.startsWith("sha256:"), image);
        assertEquals(
                "image default\n",
                run(ContainerConfigBuilder.builder().image("entry"), host()).out());
        assertEquals(
                "image given\n", run(busybox("given").image("entry"), host()).out());
        Ran own = run(
                ContainerConfigBuilder.builder()
                        .image("entry")
                        .entrypoint(List.of("env"))
                        .env(List.of("X=y")),
                host());
        assertTrue(own.out().contains("FROM=image\n") && own.out().contains("X=y\n"), own.toString());
        String labelled = create(busybox("x").image("entry").labels(Map.of("c", "d")), host());
        assertEquals(
                Map.of("a", "b", "c", "d"),
                containers().inspect(labelled).config().labels());
    }

    @Test
    void noFurtherDescriptors() {
        assertEquals("0 1 2 3", out("ls /proc/self/fd | xargs")); // 3 is the folder that ls reads
        String id = started("sleep 60");
        assertEquals(
                "0 1 2 3",
                exec(id, "sh", "-c", "ls /proc/self/fd | xargs").out().strip());
        containers().remove(id, true, true);
    }

    @Test
    void initReapsAndPassesOn() {
        String id = create(
                shell("trap 'echo got; exit 4' TERM; (sleep 0.1 &) ; cat /proc/1/comm; echo ready; while :; do sleep"
                        + " 0.05; done"),
                host().init(true));
        containers().start(id);
        eventually("ready", () -> logs(id).contains("ready"));
        assertTrue(logs(id).contains("docker-init") || logs(id).contains("ondol-init"), logs(id));
        pause(200);
        assertFalse(exec(id, "ps").out().contains("Z"), "a zombie");
        containers().stop(id, null, null);
        assertEquals(4, state(id).exitCode());
        assertTrue(logs(id).contains("got"));
        containers().remove(id, false, true);
    }

    @Test
    void signalsReachProcessOneOnlyByItsHandler() {
        String id = started("sleep 60"); // as process 1 it is deaf to TERM
        long before = System.nanoTime();
        containers().stop(id, null, java.time.Duration.ofMillis(300));
        assertTrue(System.nanoTime() - before > 290_000_000L);
        assertEquals(137, state(id).exitCode());
        containers().remove(id, false, true);
        String other = started(
                shell("trap 'exit 9' USR2; echo ready; while :; do sleep 0.05; done")
                        .stopSignal("SIGUSR2"),
                host());
        eventually("ready", () -> logs(other).contains("ready"));
        containers().stop(other, null, null);
        assertEquals(9, state(other).exitCode());
        containers().remove(other, false, true);
    }
}
