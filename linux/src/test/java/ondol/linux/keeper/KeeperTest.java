package ondol.linux.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import ondol.linux.Call;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.TestNamespaces;
import ondol.linux.plan.Plan;
import ondol.linux.plan.PlanBuilder;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keeper against the real kernel, with plans that need no root. */
class KeeperTest {
    private static final long CLONE_NEWNET = 0x40000000;

    @TempDir
    Path folder;

    private Keeper keeper;

    /** What a minder says, for tests to wait for. */
    private static final class Heard implements Minder.Listener {
        final CompletableFuture<Integer> status = new CompletableFuture<>();

        @Override
        public void output(int file, long offset) {}

        @Override
        public void exited(int status, long time) {
            this.status.complete(status);
        }

        @Override
        public void lost() {
            status.completeExceptionally(new AssertionError("the minder was lost"));
        }

        int await() throws Exception {
            return status.get(10, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void start() {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs /bin/sh");
        keeper = Keeper.start(Keeper.unpack(folder), folder);
    }

    @AfterEach
    void stop() {
        keeper.close();
    }

    private static PlanBuilder shell(String... words) {
        PlanBuilder plan = new PlanBuilder().stdio(PlanBuilder.Stdio.PIPES, true);
        plan.step(Purpose.PROCESS, Call.DUP3, "stdin, 0", PlanBuilder.STDIN, 0, 0);
        plan.step(Purpose.PROCESS, Call.DUP3, "stdout, 1", PlanBuilder.STDOUT, 1, 0);
        plan.step(Purpose.PROCESS, Call.DUP3, "stderr, 2", PlanBuilder.STDERR, 2, 0);
        execute(plan, "/bin/sh", words);
        return plan;
    }

    private static void execute(PlanBuilder plan, String path, String... words) {
        plan.special(
                Purpose.PROCESS,
                Step.Kind.EXECUTE,
                Call.EXECVE,
                path,
                plan.text(path),
                plan.pointers(List.of(words)),
                plan.pointers(List.of("A=b")));
    }

    private String log() throws IOException {
        byte[] file = Files.readAllBytes(folder.resolve("c/log/00000001.log"));
        StringBuilder text = new StringBuilder();
        var in = java.nio.ByteBuffer.wrap(file).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        while (in.remaining() >= 16) {
            in.getLong();
            byte[] bytes = new byte[in.getInt()];
            text.append(in.get()).append(':');
            in.get();
            assertThat(in.getShort()).isEqualTo((short) 0x4F4C);
            in.get(bytes);
            text.append(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    private PlanBuilder logged(PlanBuilder plan) throws IOException {
        Files.createDirectories(folder.resolve("c/log"));
        return plan.log(folder.resolve("c").toString(), 1, 1 << 20, 3);
    }

    @Test
    void executesAndTellsTheExitStatusAfterTheOutput() throws Exception {
        Heard heard = new Heard();
        Minder minder = keeper.make(
                logged(shell("sh", "-c", "echo $A; echo oops >&2; exit 7")).build(), List.of(), heard, pid -> {});
        assertThat(heard.await()).isEqualTo(7 << 8);
        assertThat(log()).contains("1:b\n").contains("2:oops\n");
        minder.forget();
    }

    @Test
    void namesTheStepThatFailed() {
        PlanBuilder plan = new PlanBuilder();
        plan.step(Purpose.PROCESS, Call.CHDIR, "/no/such/folder", plan.text("/no/such/folder"));
        execute(plan, "/bin/sh", "sh");
        assertThatThrownBy(() -> keeper.make(plan.build(), List.of(), new Heard(), pid -> {}))
                .isInstanceOf(PlanFailure.class)
                .hasMessage("chdir(/no/such/folder): no such file or directory (ENOENT)");
    }

    @Test
    void triesEachPlaceOfTheCommand() throws Exception {
        PlanBuilder plan = new PlanBuilder();
        execute(plan, "/no/such/sh", "sh");
        execute(plan, "/bin/sh", "sh", "-c", "exit 3");
        Heard heard = new Heard();
        keeper.make(plan.build(), List.of(), heard, pid -> {}).close();
        PlanBuilder denied = new PlanBuilder();
        execute(denied, "/etc/passwd", "sh");
        execute(denied, "/no/such/sh", "sh");
        assertThatThrownBy(() -> keeper.make(denied.build(), List.of(), new Heard(), pid -> {}))
                .isInstanceOfSatisfying(PlanFailure.class, e -> {
                    assertThat(e.executing()).isTrue();
                    assertThat(e.refused().errno()).isEqualTo(Errno.EACCES);
                });
    }

    @Test
    void waitsAtTheGate() throws Exception {
        PlanBuilder plan = logged(shell("sh", "-c", "echo out")).gate();
        Heard heard = new Heard();
        CompletableFuture<String> atGate = new CompletableFuture<>();
        Minder minder = keeper.make(plan.build(), List.of(), heard, pid -> {
            try {
                atGate.complete(Files.readString(Path.of("/proc/" + pid + "/comm")) + log());
            } catch (IOException e) {
                atGate.completeExceptionally(e);
            }
        });
        assertThat(heard.await()).isZero();
        assertThat(atGate.get()).doesNotContain("out");
        assertThat(log()).contains("out");
        minder.forget();
    }

    /** A process with a network of its own, which makes a folder on its way to the gate. */
    private PlanBuilder early(String folder) throws IOException {
        TestNamespaces.assumeAllowed();
        Files.createDirectories(this.folder.resolve("c/log"));
        PlanBuilder plan =
                new PlanBuilder().stdio(PlanBuilder.Stdio.PIPES, true).cloneFlags(CLONE_NEWNET);
        plan.step(Purpose.ROOT, Call.MKDIRAT, folder, Kernel.AT_FDCWD, plan.text(folder), 0755);
        plan.step(Purpose.PROCESS, Call.DUP3, "stdout, 1", PlanBuilder.STDOUT, 1, 0);
        execute(plan, "/bin/sh", "sh", "-c", "echo out");
        return plan.log(this.folder.resolve("c").toString(), 1, 1 << 20, 3).earlyGate();
    }

    @Test
    void theEngineDoesItsPartWhileTheProcessDoesItsOwn() throws Exception {
        Path made = folder.resolve("made");
        Heard heard = new Heard();
        Minder minder = keeper.make(early(made.toString()).build(), List.of(), heard, pid -> {
            try {
                String own = Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net"))
                        .toString();
                assertThat(own)
                        .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net"))
                                .toString());
                long end = System.nanoTime() + 10_000_000_000L;
                while (!Files.exists(made) && System.nanoTime() < end) {
                    Thread.onSpinWait(); // it goes on by itself
                }
                assertThat(made).exists();
                assertThat(log()).doesNotContain("out");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(heard.await()).isZero();
        assertThat(log()).contains("out");
        minder.forget();
    }

    @Test
    void aStepThatFailsMeanwhileIsWhyItFailed() throws Exception {
        Plan plan = early(folder.resolve("no/such/folder").toString()).build();
        for (int round = 0; round < 20; round++) {
            boolean late = round % 2 == 0; // is plugged in, or finds nobody there
            assertThatThrownBy(() -> keeper.make(plan, List.of(), Minder.NOBODY, pid -> {
                        Path namespace = Path.of("/proc/" + pid + "/ns/net");
                        while (late && Files.exists(namespace)) {
                            Thread.onSpinWait();
                        }
                        if (late) {
                            throw new IllegalStateException("nobody is there");
                        }
                    }))
                    .isInstanceOfSatisfying(
                            PlanFailure.class,
                            e -> assertThat(e.refused().errno()).isEqualTo(Errno.ENOENT));
        }
        Path made = folder.resolve("made");
        assertThatThrownBy(() -> keeper.make(early(made.toString()).build(), List.of(), Minder.NOBODY, pid -> {
                    throw new IllegalStateException("cannot be plugged in");
                }))
                .hasMessage("cannot be plugged in");
    }

    @Test
    void aKilledEngineFindsTheProcessAgain() throws Exception {
        Minder first = keeper.make(
                logged(shell("sh", "-c", "read line; echo got $line; exit 5")).build(),
                List.of(),
                new Heard(),
                pid -> {});
        first.close();
        keeper.close();
        keeper = Keeper.start(Keeper.unpack(folder), folder);
        Heard heard = new Heard();
        Minder again = keeper.find(folder.resolve("c"), heard);
        assertThat(again.running()).isTrue();
        assertThat(again.pid()).isEqualTo(first.pid());
        Files.writeString(
                Path.of(java.util.Objects.requireNonNull(again.stdin()).path()), "hello\n");
        assertThat(heard.await()).isEqualTo(5 << 8);
        assertThat(log()).contains("got hello");
        again.forget();
        assertThat(Files.exists(Path.of("/proc/" + again.pid()))).isFalse();
    }

    @Test
    void anEndThatNobodyHeardIsToldToTheNextEngine() throws Exception {
        Minder first = keeper.make(logged(shell("sh", "-c", "exit 9")).build(), List.of(), new Heard(), pid -> {});
        first.close();
        keeper.close();
        keeper = Keeper.start(Keeper.unpack(folder), folder);
        Heard heard = new Heard();
        Minder again = keeper.find(folder.resolve("c"), heard);
        assertThat(heard.await()).isEqualTo(9 << 8);
        again.forget();
    }

    @Test
    void aKilledKeeperIsReplacedAndItsMindersStay() throws Exception {
        Heard first = new Heard();
        Minder minder =
                keeper.make(logged(shell("sh", "-c", "read line; exit 4")).build(), List.of(), first, pid -> {});
        long pid = keeper.pid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        makeShell("exit 3"); // its spare may still hear this, or die with it in its hands
        while (ProcessHandle.of(pid).isPresent()) {
            Thread.sleep(1);
        }
        makeShell("exit 3");
        assertThat(keeper.pid()).isNotEqualTo(pid);
        minder.closeStdin();
        assertThat(first.await()).isEqualTo(4 << 8);
        minder.forget();
    }

    private void makeShell(String script) {
        PlanBuilder plan = new PlanBuilder();
        execute(plan, "/bin/sh", "sh", "-c", script);
        keeper.make(plan.build(), List.of(), new Heard(), pid -> {}).close();
    }
}
