package ondol.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.WaitContainerResultCallback;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Network;
import com.github.dockerjava.api.model.PortBinding;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.PruneType;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.api.model.StreamType;
import com.github.dockerjava.api.model.Volume;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docker-java: its commands, as its users call them. */
class DockerJavaTest extends Served {
    private static DockerClient docker;

    @BeforeAll
    static void connect() {
        docker = client();
    }

    @AfterAll
    static void disconnect() throws Exception {
        if (docker != null) {
            docker.close();
        }
    }

    private static HostConfig alone() {
        return HostConfig.newHostConfig().withNetworkMode("none");
    }

    private static String create(String... command) {
        return docker.createContainerCmd(IMAGE)
                .withCmd(command)
                .withHostConfig(alone())
                .exec()
                .getId();
    }

    private static String started(String... command) {
        String id = create(command);
        docker.startContainerCmd(id).exec();
        return id;
    }

    /** Text by stream, as frames came. */
    private static final class Lines extends ResultCallback.Adapter<Frame> {
        final StringBuffer out = new StringBuffer();
        final StringBuffer err = new StringBuffer();

        @Override
        public void onNext(Frame frame) {
            String text = new String(frame.getPayload(), StandardCharsets.UTF_8);
            (frame.getStreamType() == StreamType.STDERR ? err : out).append(text);
        }
    }

    @Test
    void pingVersionInfo() {
        docker.pingCmd().exec();
        assertThat(docker.versionCmd().exec().getApiVersion()).isEqualTo("1.51");
        assertThat(docker.infoCmd().exec().getOsType()).isEqualTo("linux");
    }

    @Test
    void createStartWaitLogsRemove() throws Exception {
        String id = create("sh", "-c", "echo out; echo err >&2; exit 3");
        docker.startContainerCmd(id).exec();
        var waiting = docker.waitContainerCmd(id).exec(new WaitContainerResultCallback());
        assertThat(waiting.awaitStatusCode(20, TimeUnit.SECONDS)).isEqualTo(3);
        Lines lines = docker.logContainerCmd(id)
                .withStdOut(true)
                .withStdErr(true)
                .withFollowStream(true)
                .exec(new Lines());
        assertThat(lines.awaitCompletion(10, TimeUnit.SECONDS)).isTrue();
        assertThat(lines.out).hasToString("out\n");
        assertThat(lines.err).hasToString("err\n");
        assertThatThrownBy(() -> docker.createContainerCmd("no-such-image").exec())
                .isInstanceOf(NotFoundException.class);
        docker.removeContainerCmd(id).exec();
        assertThatThrownBy(() -> docker.inspectContainerCmd(id).exec()).isInstanceOf(NotFoundException.class);
    }

    @Test
    void attachWithInput() throws Exception {
        String id = docker.createContainerCmd(IMAGE)
                .withCmd("sh", "-c", "read line; echo got $line")
                .withHostConfig(alone())
                .withStdinOpen(true)
                .withStdInOnce(true)
                .withAttachStdin(true)
                .exec()
                .getId();
        PipedOutputStream input = new PipedOutputStream();
        Lines lines = docker.attachContainerCmd(id)
                .withStdIn(new PipedInputStream(input))
                .withStdOut(true)
                .withStdErr(true)
                .withFollowStream(true)
                .exec(new Lines());
        lines.awaitStarted(5, TimeUnit.SECONDS);
        docker.startContainerCmd(id).exec();
        input.write("word\n".getBytes(StandardCharsets.UTF_8));
        input.flush();
        assertThat(lines.awaitCompletion(20, TimeUnit.SECONDS)).isTrue();
        assertThat(lines.out).hasToString("got word\n");
    }

    @Test
    void exec() throws Exception {
        String id = started("sleep", "1000");
        String exec = docker.execCreateCmd(id)
                .withCmd("sh", "-c", "echo $A; echo e >&2; exit 4")
                .withEnv(List.of("A=b"))
                .withWorkingDir("/tmp")
                .withAttachStdout(true)
                .withAttachStderr(true)
                .exec()
                .getId();
        Lines lines = docker.execStartCmd(exec).exec(new Lines());
        assertThat(lines.awaitCompletion(20, TimeUnit.SECONDS)).isTrue();
        assertThat(lines.out).hasToString("b\n");
        assertThat(lines.err).hasToString("e\n");
        assertThat(docker.inspectExecCmd(exec).exec().getExitCodeLong()).isEqualTo(4);
        docker.removeContainerCmd(id).withForce(true).exec();
    }

    /** Of a command that knows when it has enough: docker-java 3.7.1 never shuts its output, so no input has an end. */
    @Test
    void execWithInputOverTcp() throws Exception {
        String id = started("sleep", "1000");
        try (DockerClient remote = client(tcp)) {
            String cat = remote.execCreateCmd(id)
                    .withCmd("head", "-c", "5")
                    .withAttachStdin(true)
                    .withAttachStdout(true)
                    .exec()
                    .getId();
            Lines echoed = remote.execStartCmd(cat)
                    .withStdIn(new ByteArrayInputStream("typed".getBytes(StandardCharsets.UTF_8)))
                    .exec(new Lines());
            assertThat(echoed.awaitCompletion(20, TimeUnit.SECONDS)).isTrue();
            assertThat(echoed.out).hasToString("typed");
            assertThat(remote.inspectExecCmd(cat).exec().getExitCodeLong()).isZero();
        }
        docker.removeContainerCmd(id).withForce(true).exec();
    }

    /** What is served there, soon: a server that has just been started may not listen yet. */
    private static String page(String address) throws IOException, InterruptedException {
        for (int round = 0; ; round++) {
            try (InputStream page = URI.create(address).toURL().openStream()) {
                return new String(page.readAllBytes(), StandardCharsets.UTF_8);
            } catch (ConnectException e) {
                if (round == 100) {
                    throw e;
                }
                Thread.sleep(100);
            }
        }
    }

    @Test
    void networksAndPorts() throws Exception {
        String network = docker.createNetworkCmd()
                .withName("floor")
                .withLabels(Map.of("a", "b"))
                .withIpam(new Network.Ipam().withConfig(new Network.Ipam.Config().withSubnet("10.91.0.0/24")))
                .exec()
                .getId();
        String id = docker.createContainerCmd(IMAGE)
                .withName("web")
                .withCmd("httpd", "-f", "-p", "80", "-h", "/www")
                .withExposedPorts(ExposedPort.tcp(80))
                .withHostConfig(HostConfig.newHostConfig()
                        .withNetworkMode("floor")
                        .withPortBindings(new PortBinding(Ports.Binding.bindIp("127.0.0.1"), ExposedPort.tcp(80))))
                .exec()
                .getId();
        docker.startContainerCmd(id).exec();
        var settings = docker.inspectContainerCmd(id).exec().getNetworkSettings();
        assertThat(Objects.requireNonNull(settings.getNetworks().get("floor")).getIpAddress())
                .startsWith("10.91.0.");
        String port =
                Objects.requireNonNull(settings.getPorts().getBindings().get(ExposedPort.tcp(80)))[0].getHostPortSpec();
        assertThat(page("http://127.0.0.1:" + port + "/")).isEqualTo("a warm floor\n");
        docker.connectToNetworkCmd().withNetworkId("bridge").withContainerId(id).exec();
        assertThat(docker.inspectContainerCmd(id).exec().getNetworkSettings().getNetworks())
                .containsKeys("floor", "bridge");
        docker.disconnectFromNetworkCmd()
                .withNetworkId("bridge")
                .withContainerId(id)
                .exec();
        assertThat(docker.inspectNetworkCmd().withNetworkId(network).exec().getContainers())
                .containsOnlyKeys(id);
        assertThatThrownBy(() -> docker.removeNetworkCmd(network).exec()).isInstanceOf(DockerException.class);
        docker.removeContainerCmd(id).withForce(true).exec();
        docker.removeNetworkCmd(network).exec();
        assertThat(docker.listNetworksCmd().withNameFilter("floor").exec()).isEmpty();
    }

    @Test
    void inspectTellsWhatWasAskedFor() {
        String id = docker.createContainerCmd(IMAGE)
                .withName("asked")
                .withCmd("sleep", "1000")
                .withEnv("A=b")
                .withLabels(Map.of("k", "v"))
                .withHostName("room")
                .withUser("0:0")
                .withWorkingDir("/tmp")
                .withHostConfig(alone().withMemory(64L << 20)
                        .withNanoCPUs(500_000_000L)
                        .withBinds(new Bind(folder.toString(), new Volume("/shared"), AccessMode.ro))
                        .withTmpFs(Map.of("/t", "size=1m"))
                        .withRestartPolicy(RestartPolicy.onFailureRestart(2)))
                .exec()
                .getId();
        InspectContainerResponse found = docker.inspectContainerCmd("asked").exec();
        assertThat(found.getId()).isEqualTo(id);
        assertThat(found.getName()).isEqualTo("/asked");
        assertThat(found.getConfig().getEnv()).contains("A=b");
        assertThat(found.getConfig().getHostName()).isEqualTo("room");
        assertThat(found.getHostConfig().getMemory()).isEqualTo(64L << 20);
        assertThat(found.getHostConfig().getRestartPolicy().getMaximumRetryCount())
                .isEqualTo(2);
        assertThat(found.getMounts()).hasSize(1);
        assertThat(found.getState().getStatus()).isEqualTo("created");
        assertThat(found.getNetworkSettings().getNetworks()).containsKey("none");
        List<Container> listed = docker.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("k", "v"))
                .withStatusFilter(List.of("created"))
                .exec();
        assertThat(listed).hasSize(1);
        assertThat(listed.getFirst().getNames()).containsExactly("/asked");
        docker.removeContainerCmd(id).exec();
    }

    @Test
    void startStopKillPauseRestartRenameUpdateTop() {
        String id = started("sleep", "1000");
        assertThatThrownBy(() -> docker.startContainerCmd(id).exec()).isInstanceOf(NotModifiedException.class);
        docker.pauseContainerCmd(id).exec();
        assertThat(docker.inspectContainerCmd(id).exec().getState().getPaused()).isTrue();
        docker.unpauseContainerCmd(id).exec();
        docker.renameContainerCmd(id).withName("renamed").exec();
        docker.updateContainerCmd(id)
                .withMemory(32L << 20)
                .withMemorySwap(32L << 20)
                .exec();
        assertThat(docker.topContainerCmd(id).exec().getProcesses().length).isOne();
        docker.restartContainerCmd(id).withTimeout(0).exec();
        docker.killContainerCmd(id).withSignal("KILL").exec();
        docker.waitContainerCmd(id).exec(new WaitContainerResultCallback()).awaitStatusCode(10, TimeUnit.SECONDS);
        assertThatThrownBy(() -> docker.killContainerCmd(id).exec()).isInstanceOf(ConflictException.class);
        docker.startContainerCmd(id).exec();
        docker.stopContainerCmd(id).withTimeout(0).exec();
        assertThatThrownBy(() -> docker.stopContainerCmd(id).exec()).isInstanceOf(NotModifiedException.class);
        docker.removeContainerCmd("renamed").exec();
    }

    @Test
    void filesInAndOutAndWhatChanged() throws Exception {
        String id = started("sleep", "1000");
        Path file = Files.writeString(folder.resolve("note"), "written");
        docker.copyArchiveToContainerCmd(id)
                .withHostResource(file.toString())
                .withRemotePath("/tmp")
                .exec();
        try (InputStream tar =
                docker.copyArchiveFromContainerCmd(id, "/tmp/note").exec()) {
            assertThat(new String(tar.readAllBytes(), StandardCharsets.ISO_8859_1))
                    .contains("written");
        }
        assertThat(docker.containerDiffCmd(id).exec())
                .anyMatch(one -> one.getPath().equals("/tmp/note"));
        assertThatThrownBy(
                        () -> docker.copyArchiveFromContainerCmd(id, "/nothing").exec())
                .isInstanceOf(NotFoundException.class);
        docker.removeContainerCmd(id).withForce(true).exec();
    }

    @Test
    void logsOfATerminalByTailAndTime() throws Exception {
        String id = docker.createContainerCmd(IMAGE)
                .withCmd("sh", "-c", "echo 1; echo 2; read x; stty size")
                .withTty(true)
                .withStdinOpen(true)
                .withHostConfig(alone())
                .exec()
                .getId();
        PipedOutputStream input = new PipedOutputStream();
        Lines lines = docker.attachContainerCmd(id)
                .withStdIn(new PipedInputStream(input))
                .withStdOut(true)
                .withFollowStream(true)
                .exec(new Lines());
        lines.awaitStarted(5, TimeUnit.SECONDS);
        docker.startContainerCmd(id).exec();
        assertThat(within(10, () -> lines.out.toString().equals("1\r\n2\r\n"))).isTrue();
        docker.resizeContainerCmd(id).withSize(31, 97).exec();
        input.write('\n');
        input.flush();
        assertThat(lines.awaitCompletion(20, TimeUnit.SECONDS)).isTrue();
        assertThat(lines.out.toString()).endsWith("31 97\r\n");
        Lines last = docker.logContainerCmd(id)
                .withStdOut(true)
                .withTail(1)
                .withTimestamps(true)
                .withSince((int) (System.currentTimeMillis() / 1000) - 60)
                .exec(new Lines());
        assertThat(last.awaitCompletion(10, TimeUnit.SECONDS)).isTrue();
        assertThat(last.out.toString()).matches("(?s)\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z 31 97\\s+");
        docker.removeContainerCmd(id).exec();
    }

    @Test
    void statsAndPrune() throws Exception {
        String id = started("sleep", "1000");
        BlockingQueue<Statistics> seen = new LinkedBlockingQueue<>();
        try (var watching = docker.statsCmd(id).withNoStream(true).exec(new ResultCallback.Adapter<Statistics>() {
            @Override
            public void onNext(Statistics one) {
                seen.add(one);
            }
        })) {
            assertThat(watching.awaitCompletion(20, TimeUnit.SECONDS)).isTrue();
        }
        Statistics one = Objects.requireNonNull(seen.poll());
        assertThat(one.getPidsStats().getCurrent()).isEqualTo(1);
        assertThat(one.getMemoryStats().getUsage()).isPositive();
        assertThat(one.getCpuStats().getCpuUsage().getTotalUsage()).isPositive();
        docker.stopContainerCmd(id).withTimeout(0).exec();
        docker.pruneCmd(PruneType.CONTAINERS).exec();
        assertThatThrownBy(() -> docker.inspectContainerCmd(id).exec()).isInstanceOf(NotFoundException.class);
    }

    @Test
    void whatIsOfASwarmIsRefusedInWords() {
        assertThatThrownBy(() -> docker.listServicesCmd().exec()).hasMessageContaining("swarm");
    }

    @Test
    void volumesAndNetworksThatAreThere() {
        docker.createVolumeCmd().withName("jar").withLabels(Map.of("a", "b")).exec();
        assertThat(docker.inspectVolumeCmd("jar").exec().getDriver()).isEqualTo("local");
        assertThat(docker.listVolumesCmd().exec().getVolumes()).hasSize(1);
        docker.removeVolumeCmd("jar").exec();
        assertThat(docker.listNetworksCmd().exec()).extracting("name").contains("bridge", "host", "none");
    }

    @Test
    void events() throws Exception {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        try (var watching = docker.eventsCmd()
                .withEventTypeFilter("container")
                .exec(new ResultCallback.Adapter<Event>() {
                    @Override
                    public void onNext(Event event) {
                        seen.add(event.getAction());
                    }
                })) {
            watching.awaitStarted(5, TimeUnit.SECONDS);
            String id = started("true");
            for (String wanted : List.of("create", "start", "die")) {
                assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(wanted);
            }
            docker.removeContainerCmd(id).exec();
        }
    }
}
