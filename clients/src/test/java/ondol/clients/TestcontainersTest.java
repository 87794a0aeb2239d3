package ondol.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HealthCheck;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame;
import org.testcontainers.containers.output.ToStringConsumer;
import org.testcontainers.containers.output.WaitingConsumer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/** Testcontainers for Java, as a project's tests use it; without Ryuk, which {@link RyukTest} is about. */
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

    private static GenericContainer<?> web(String script) {
        return new GenericContainer<>(IMAGE)
                .withCommand("sh", "-c", script + "exec httpd -f -p 80 -h /www")
                .withExposedPorts(80)
                .withCreateContainerCmdModifier(command -> command.withStopSignal("KILL"));
    }

    private static String page(GenericContainer<?> web) throws Exception {
        URI page = URI.create("http://" + web.getHost() + ":" + web.getMappedPort(80) + "/");
        try (InputStream in = page.toURL().openStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void mappedPortsAndWaitingForThem() throws Exception {
        try (GenericContainer<?> web = web("sleep 0.3; ").waitingFor(Wait.forListeningPort())) {
            web.start();
            assertThat(web.getMappedPort(80)).isNotEqualTo(80);
            assertThat(page(web)).isEqualTo("a warm floor\n");
        }
    }

    @Test
    void waitsForHttp() throws Exception {
        try (GenericContainer<?> web = web("sleep 0.3; ")
                .waitingFor(Wait.forHttp("/index.html").forResponsePredicate(body -> body.contains("warm")))) {
            web.start();
            assertThat(page(web)).contains("floor");
        }
    }

    @Test
    void waitsForHealth() {
        try (GenericContainer<?> web = web("sleep 0.3; ")
                .withCreateContainerCmdModifier(command -> command.withHealthcheck(new HealthCheck()
                        .withTest(List.of("CMD-SHELL", "wget -q -O- localhost"))
                        .withInterval(100_000_000L)
                        .withTimeout(1_000_000_000L)
                        .withRetries(50)))
                .waitingFor(Wait.forHealthcheck())) {
            web.start();
            assertThat(web.isHealthy()).isTrue();
        }
    }

    @Test
    void networksWithAliases() throws Exception {
        try (Network network = Network.newNetwork();
                GenericContainer<?> web = web("").withNetwork(network).withNetworkAliases("floor", "other");
                GenericContainer<?> client =
                        new GenericContainer<>(IMAGE).withNetwork(network).withCommand("sleep", "1000");
                Network another = Network.newNetwork();
                GenericContainer<?> stranger =
                        new GenericContainer<>(IMAGE).withNetwork(another).withCommand("sleep", "1000")) {
            web.start();
            client.start();
            stranger.start();
            for (String name : List.of("floor", "other")) {
                assertThat(client.execInContainer("wget", "-q", "-O-", name).getStdout())
                        .isEqualTo("a warm floor\n");
            }
            String address = web.getCurrentContainerInfo()
                    .getNetworkSettings()
                    .getNetworks()
                    .values()
                    .iterator()
                    .next()
                    .getIpAddress();
            assertThat(client.execInContainer("timeout", "1", "wget", "-q", "-O-", address)
                            .getExitCode())
                    .isZero();
            assertThat(stranger.execInContainer("timeout", "1", "wget", "-q", "-O-", address)
                            .getExitCode())
                    .isNotZero();
        }
        assertThat(engine().networks().list()).hasSize(3);
    }

    @Test
    void anImageFromATar() throws Exception {
        byte[] tar;
        DockerClient docker = DockerClientFactory.instance().client();
        docker.tagImageCmd(IMAGE, "loaded", "2").exec();
        try (InputStream saved = docker.saveImageCmd("loaded:2").exec()) {
            tar = saved.readAllBytes();
        }
        docker.removeImageCmd("loaded:2").exec();
        docker.loadImageCmd(new ByteArrayInputStream(tar)).exec();
        try (GenericContainer<?> box = new GenericContainer<>("loaded:2")
                .withImagePullPolicy(_ -> false)
                .withCommand("sh", "-c", "echo loaded; sleep 1000")
                .waitingFor(Wait.forLogMessage(".*loaded.*", 1))) {
            box.start();
            assertThat(box.isRunning()).isTrue();
        }
    }
}
