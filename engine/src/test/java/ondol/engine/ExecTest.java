package ondol.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import ondol.engine.EngineException.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Further processes in a running container. */
final class ExecTest extends OnEngine {
    private static String id;

    @BeforeAll
    static void start() {
        id = started(shell("sleep 600").env(List.of("FROM=container")), host());
    }

    @AfterAll
    static void executionsLeaveNoMinder() {
        // the keeper and its spare, and one minder for the one container
        eventually("only the container's minder", () -> machine.processes().size() == 3);
    }

    private static ExecConfigBuilder shellExec(String script) {
        return ExecConfigBuilder.builder().cmd(List.of("sh", "-c", script));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {"exit 0, 0", "exit 9, 9", "kill -9 $$, 137"})
    void exitCode(String script, int code) {
        assertEquals(code, exec(id, "sh", "-c", script).code());
    }

    @Test
    void missingAndForbiddenCommands() {
        for (String command : new String[] {"nosuch", "/plain"}) {
            boolean there = command.startsWith("/");
            String exec = engine.execs()
                    .create(
                            id,
                            ExecConfigBuilder.builder().cmd(List.of(command)).build());
            EngineException refused = refused(() -> engine.execs().start(exec, AttachOptions.ALL, null));
            assertEquals(there ? Kind.COMMAND_NOT_EXECUTABLE : Kind.COMMAND_NOT_FOUND, refused.kind());
            assertEquals(there ? 126 : 127, engine.execs().inspect(exec).exitCode());
        }
    }

    @Test
    void whatItSees() {
        Ran ran = exec(
                id,
                shellExec("echo $FROM $MINE; id -un; pwd; cat /proc/1/cmdline | tr '\\0' ' '; echo err >&2")
                        .env(List.of("MINE=exec"))
                        .user("ann")
                        .workingDir("/data"),
                new byte[0]);
        assertEquals(new Ran(0, "container exec\nann\n/data\nsleep 600 ", "err\n"), ran);
        String same = "for n in pid mnt uts ipc net cgroup; do readlink /proc/1/ns/$n; done | md5sum;"
                + " for n in pid mnt uts ipc net cgroup; do readlink /proc/self/ns/$n; done | md5sum";
        String[] sums = exec(id, "sh", "-c", same).out().split("\n");
        assertEquals(sums[0], sums[1]);
        assertEquals(
                "00000000a80425fb 2",
                exec(
                                id,
                                "sh",
                                "-c",
                                "echo $(grep CapEff /proc/self/status | cut -f2) $(grep Seccomp: /proc/self/status | cut -f2)")
                        .out()
                        .strip());
        assertEquals(
                "/",
                exec(id, "sh", "-c", "cut -d: -f3 /proc/self/cgroup | sort -u")
                        .out()
                        .strip());
    }

    @Test
    void terminal() {
        Ran ran = exec(id, shellExec("tty; stty size; exit 3").tty(true).consoleSize(List.of(44, 99)), new byte[0]);
        assertEquals(3, ran.code());
        assertTrue(ran.out().startsWith("/dev/pts/") && ran.out().contains("44 99"), ran.out());
    }

    @Test
    void terminalTakesInputAndANewSize() throws Exception {
        String exec = engine.execs()
                .create(
                        id,
                        shellExec(
                                        "trap 'stty size; exit 4' WINCH; echo ready; read x; echo got $x; while :; do sleep 0.02; done")
                                .tty(true)
                                .attachStdin(true)
                                .build());
        try (Attachment attachment = attached(exec, AttachOptions.ALL, List.of(20, 30))) {
            StringBuilder seen = new StringBuilder();
            while (seen.indexOf("ready") < 0) {
                seen.append(next(attachment));
            }
            attachment.write("word\n".getBytes(UTF_8), 0, 5);
            while (seen.indexOf("got word") < 0) {
                seen.append(next(attachment));
            }
            engine.execs().resize(exec, 21, 31);
            seen.append(Streams.read(attachment.output()).out());
            assertTrue(seen.indexOf("21 31") > 0, seen.toString());
            assertEquals(4, engine.execs().await(exec).get(20, TimeUnit.SECONDS));
        }
    }

    private static String next(Attachment attachment) throws InterruptedException {
        return new String(Objects.requireNonNull(attachment.output().next()).bytes(), UTF_8);
    }

    @Test
    void muchInput() {
        Ran ran = exec(id, shellExec("cat | wc -c").attachStdin(true), new byte[5 << 20]);
        assertEquals((5 << 20) + "\n", ran.out());
    }

    @Test
    void aSlowReaderGetsAllOfIt() throws Exception {
        String exec = engine.execs()
                .create(id, shellExec("head -c 3000000 /dev/zero; echo e >&2").build());
        try (Attachment attachment = attached(exec, new AttachOptions(false, true, true, false, true), null)) {
            pause(1200);
            int size = 0;
            for (Output next = attachment.output().next();
                    next != null;
                    next = attachment.output().next()) {
                size += next.bytes().length;
                if (size < 200_000) {
                    pause(200);
                }
            }
            assertEquals(3_000_002, size);
        }
        assertEquals(0, engine.execs().await(exec).get(20, TimeUnit.SECONDS));
    }

    @Test
    void shortOnesLoseNothing() {
        for (int i = 0; i < (machine.slow() ? 10 : 150); i++) {
            assertEquals(new Ran(0, "out\n", "err\n"), exec(id, "sh", "-c", "echo out; echo err >&2"), "round " + i);
        }
    }

    @Test
    void whatAChildKeepsOpenDoesNotHoldItUp() {
        long before = System.nanoTime();
        assertEquals("here\n", exec(id, "sh", "-c", "sleep 31 & echo here").out());
        assertTrue(System.nanoTime() - before < 20_000_000_000L);
        exec(id, "sh", "-c", "kill $(pidof sleep | cut -d' ' -f1)");
    }

    @Test
    void detached() throws Exception {
        String exec = engine.execs()
                .create(
                        id,
                        shellExec("echo nobody hears; echo done >/tmp/detached; exit 5")
                                .build());
        assertEquals(null, engine.execs().start(exec, null, null));
        assertEquals(5, engine.execs().await(exec).get(20, TimeUnit.SECONDS));
        assertEquals("done\n", exec(id, "cat", "/tmp/detached").out());
        assertFalse(engine.execs().inspect(exec).running());
        refused(() -> engine.execs().start(exec, null, null));
    }

    @Test
    void privilegedExec() {
        String full = exec(id, shellExec("grep CapEff /proc/self/status").privileged(true), new byte[0])
                .out();
        assertFalse(full.contains("a80425fb"), full);
    }

    @Test
    void endsWithItsContainer() throws Exception {
        String other = started("sleep 600");
        String exec = engine.execs().create(other, shellExec("sleep 500").build());
        engine.execs().start(exec, null, null);
        containers().remove(other, true, true);
        assertEquals(137, engine.execs().await(exec).get(20, TimeUnit.SECONDS));
    }

    @Test
    void noContainerNoExec() {
        String ended = create(shell("true"), host());
        assertEquals(Kind.CONFLICT, refused(() -> exec(ended, "true")).kind());
        assertEquals(
                Kind.NOT_FOUND, refused(() -> engine.execs().inspect("nosuch")).kind());
        containers().remove(ended, false, true);
    }

    @Test
    void whatNobodyStartsIsForgotten() {
        String container = started(shell("sleep 600"), host());
        ExecConfig config = shellExec("exit 0").build();
        String first = engine.execs().create(container, config);
        String second = engine.execs().create(container, config);
        engine.execs().start(second, null, null);
        for (int i = 0; i < 1000; i++) {
            engine.execs().create(container, config);
        }
        assertEquals(
                Kind.NOT_FOUND, refused(() -> engine.execs().inspect(first)).kind());
        assertEquals(
                0, engine.execs().await(second).orTimeout(10, TimeUnit.SECONDS).join());
        assertEquals(1000, engine.containers().inspect(container).execIds().size(), "without the one that has ended");
        engine.containers().kill(container, "KILL");
        eventually(
                "none that nobody can start any more",
                () -> engine.containers().inspect(container).execIds().isEmpty());
        assertEquals(0, engine.execs().inspect(second).exitCode());
        engine.containers().remove(container, true, false);
    }
}
