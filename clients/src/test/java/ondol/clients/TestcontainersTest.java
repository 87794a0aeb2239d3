package ondol.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.output.ToStringConsumer;
import org.testcontainers.containers.output.WaitingConsumer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/** Testcontainers for Java, as a project's tests use it; without Ryuk, whose image is in a registry. */
class TestcontainersTest extends Served {
    private static GenericContainer<?> container(String script) {
        return new GenericContainer<>(IMAGE).withNetworkMode("none").withCommand("sh", "-c", script);
    }

    @Test
    void waitsForTheLogAndExecs() throws Exception {
        try (GenericContainer<?> box = container("sleep 0.3; echo ready; sleep 1000")
                .withEnv("A", "b")
                .withLabel("k", "v")
                .waitingFor(Wait.forLogMessage(".*ready.*", 1))) {
            box.start();
            Container.ExecResult result = box.execInContainer("sh", "-c", "echo $A; echo e >&2; exit 3");
            assertThat(result.getStdout()).isEqualTo("b\n");
            assertThat(result.getStderr()).isEqualTo("e\n");
            assertThat(result.getExitCode()).isEqualTo(3);
            assertThat(box.getLogs()).contains("ready");
            assertThat(box.isRunning()).isTrue();
        }
        assertThat(engine().containers().list()).isEmpty();
    }

    @Test
    void filesInAndOut() throws Exception {
        Path file = Files.writeString(folder.resolve("in"), "from a file");
        try (GenericContainer<?> box = container("cat /in/file /in/text; echo; echo ready; sleep 1000")
                .withCopyFileToContainer(MountableFile.forHostPath(file), "/in/file")
                .withCopyToContainer(Transferable.of(" and a text"), "/in/text")
                .waitingFor(Wait.forLogMessage(".*ready.*", 1))) {
            box.start();
            assertThat(box.getLogs()).contains("from a file and a text");
            box.execInContainer("sh", "-c", "echo made >/out");
            String out = box.copyFileFromContainer(
                    "/out", stream -> new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            assertThat(out).isEqualTo("made\n");
        }
    }

    @Test
    void followsOutput() throws Exception {
        ToStringConsumer all = new ToStringConsumer();
        WaitingConsumer waiting = new WaitingConsumer();
        try (GenericContainer<?> box = container("for i in 1 2 3; do echo line $i; sleep 0.1; done; sleep 1000")
                .withLogConsumer(all.andThen(waiting))) {
            box.start();
            waiting.waitUntil(
                    frame -> frame.getUtf8String().contains("line 3"), 20, java.util.concurrent.TimeUnit.SECONDS);
            assertThat(all.toUtf8String()).contains("line 1").contains("line 2");
            assertThat(box.getLogs(OutputFrame.OutputType.STDERR)).isEmpty();
        }
    }

    @Test
    void oneShot() {
        try (GenericContainer<?> box = container("echo done")
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy().withTimeout(Duration.ofSeconds(20)))) {
            box.start();
            assertThat(box.getLogs()).contains("done");
        }
    }

    @Test
    void aCommandThatWaits() {
        try (GenericContainer<?> box = container("sleep 0.5; touch /tmp/up; sleep 1000")
                .waitingFor(Wait.forSuccessfulCommand("test -e /tmp/up").withStartupTimeout(Duration.ofSeconds(20)))) {
            box.start();
            assertThat(box.isRunning()).isTrue();
        }
    }

    @Test
    void mountsAndLimits() throws Exception {
        Files.writeString(folder.resolve("shared"), "shared");
        try (GenericContainer<?> box = container("sleep 1000")
                .withFileSystemBind(folder.resolve("shared").toString(), "/shared", BindMode.READ_ONLY)
                .withTmpFs(Map.of("/scratch", "rw"))
                .withCreateContainerCmdModifier(
                        command -> command.getHostConfig().withMemory(32L << 20))) {
            box.start();
            assertThat(box.execInContainer("cat", "/shared").getStdout()).isEqualTo("shared");
            assertThat(box.execInContainer("sh", "-c", "echo x >/shared").getExitCode())
                    .isNotZero();
            assertThat(box.execInContainer("touch", "/scratch/x").getExitCode()).isZero();
            assertThat(box.getContainerInfo().getHostConfig().getMemory()).isEqualTo(32L << 20);
        }
    }

    @Test
    void reuse() {
        GenericContainer<?> first = container("sleep 1000").withReuse(true);
        GenericContainer<?> second = container("sleep 1000").withReuse(true);
        first.start();
        second.start();
        assertThat(second.getContainerId()).isEqualTo(first.getContainerId());
        engine().containers().remove(first.getContainerId(), true, true);
    }
}
