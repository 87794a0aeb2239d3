package ondol.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The docker command against the server, end to end. */
@Timeout(60)
class DockerCliTest {
    @TempDir
    Path folder;

    private final ProcessEngine engine = new ProcessEngine();
    private DockerServer server;
    private Cli docker;

    @BeforeEach
    void start() throws Exception {
        Cli.assume();
        Path socket = folder.resolve("run/docker.sock");
        server = DockerServer.start(engine, List.of("unix://" + socket));
        docker = new Cli(socket);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        engine.close();
    }

    @Test
    void runGivesOutputErrorsAndExitCode() throws Exception {
        Cli.Result result = docker.run("run", "--rm", "host", "sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(result).isEqualTo(new Cli.Result(7, "out\n", "err\n"));
        assertThat(docker.run("ps", "-aq").out()).isEmpty();
    }

    @Test
    void inputGoesInAndItsEndToo() throws Exception {
        String text = "line\n".repeat(100_000);
        Cli.Result result = docker.runWith(text, "run", "--rm", "-i", "host", "cat");
        assertThat(result.code()).isZero();
        assertThat(result.out()).isEqualTo(text);
    }

    @Test
    void inputThatNobodyReadsStopsNothing() throws Exception {
        Cli.Result result = docker.runWith("x".repeat(3_000_000), "run", "--rm", "-i", "host", "echo", "hello");
        assertThat(result).isEqualTo(new Cli.Result(0, "hello\n", ""));
    }

    @Test
    void commandsThatAreNotThereHaveTheirExitCodes() throws Exception {
        assertThat(docker.run("run", "--rm", "host", "/no/such/command").code()).isEqualTo(127);
        assertThat(docker.run("run", "--rm", "host", "/etc/passwd").code()).isEqualTo(126);
        assertThat(docker.run("run", "--rm", "nothing").code()).isEqualTo(125);
    }

    @Test
    void aDetachedContainersLifeInVerbs() throws Exception {
        String id = docker.run("run", "-d", "--name", "one", "host", "sleep", "100")
                .out()
                .strip();
        assertThat(id).hasSize(64);
        assertThat(docker.run("ps", "--format", "{{.Names}} {{.Image}} {{.Command}}")
                        .out())
                .isEqualTo("one host \"sleep 100\"\n");
        assertThat(docker.run("ps").out()).contains("Up ");
        assertThat(docker.run("top", "one").out()).contains("PID").contains("sleep");
        assertThat(docker.run("diff", "one").out()).isEqualTo("A /new\nD /old\n");
        assertThat(docker.run("inspect", "-f", "{{.State.Status}} {{.HostConfig.NetworkMode}}", "one")
                        .out())
                .isEqualTo("running bridge\n");
        assertThat(docker.run("rename", "one", "two").code()).isZero();
        assertThat(docker.run("update", "-m", "50m", "two").out()).contains("seen: 52428800");
        assertThat(docker.run("stop", "two").out()).isEqualTo("two\n");
        assertThat(docker.run("wait", "two").out()).isEqualTo("143\n");
        assertThat(docker.run("ps", "-a").out()).contains("Exited (143)");
        assertThat(docker.run("container", "prune", "-f").out()).contains(id).contains("reclaimed space: 7B");
    }

    @Test
    void logsAreKeptAndFollowed() throws Exception {
        docker.run("run", "-d", "--name", "log", "host", "sh", "-c", "echo a; echo b; echo e >&2; sleep 1; echo c");
        Cli.Result followed = docker.run("logs", "-f", "log");
        assertThat(followed).isEqualTo(new Cli.Result(0, "a\nb\nc\n", "e\n"));
        assertThat(docker.run("logs", "-t", "log").out()).matches("(?s)20\\d\\d-\\d\\d-\\d\\dT[0-9:.]{18}Z a.*");
        assertThat(docker.run("rm", "log").code()).isZero();
    }

    @Test
    void execRunsWithInputAndExitCode() throws Exception {
        docker.run("run", "-d", "--name", "box", "host", "sleep", "100");
        assertThat(docker.runWith("typed", "exec", "-i", "box", "cat").out()).isEqualTo("typed");
        assertThat(docker.run("exec", "box", "sh", "-c", "echo e >&2; exit 3")).isEqualTo(new Cli.Result(3, "", "e\n"));
        assertThat(docker.run("exec", "-d", "box", "true").code()).isZero();
        docker.run("rm", "-f", "box");
    }

    @Test
    void attachFindsARunningContainer() throws Exception {
        docker.run("run", "-d", "-i", "--name", "cat", "host", "head", "-n1");
        Cli.Result attached = docker.runWith("hello\n", "attach", "cat");
        assertThat(attached).isEqualTo(new Cli.Result(0, "hello\n", ""));
        docker.run("rm", "-f", "cat");
    }

    @Test
    void startAttachedGivesOutputAgain() throws Exception {
        docker.run("create", "--name", "again", "host", "sh", "-c", "echo again; exit 2");
        assertThat(docker.run("start", "-a", "again")).isEqualTo(new Cli.Result(2, "again\n", ""));
        docker.run("rm", "again");
    }

    @Test
    void eventsComeAsTheyHappenAndAreReplayed() throws Exception {
        Process events = docker.start("events", "--filter", "event=start", "--format", "{{.Action}} {{.Actor.ID}}");
        try (BufferedReader lines = events.inputReader(StandardCharsets.UTF_8)) {
            while (engine.listeners() == 0) {
                Thread.sleep(5);
            }
            String id = docker.run("run", "-d", "host", "true").out().strip();
            assertThat(lines.readLine()).isEqualTo("start " + id);
        } finally {
            events.destroy();
            events.waitFor(5, TimeUnit.SECONDS);
        }
        String soon = String.valueOf(java.time.Instant.now().getEpochSecond() + 1);
        Cli.Result replayed =
                docker.run("events", "--since", "1m", "--until", soon, "--format", "{{.Type}} {{.Action}}");
        assertThat(replayed.out()).contains("container create\ncontainer start\n");
        for (int i = 0; i < 100 && engine.listeners() > 0; i++) {
            Thread.sleep(10);
        }
        assertThat(engine.listeners()).isZero();
    }

    @Test
    void filesAreCopiedInAndOut() throws Exception {
        docker.run("create", "--name", "files", "host", "true");
        Path file = Files.writeString(folder.resolve("note"), "written");
        assertThat(docker.run("cp", file.toString(), "files:/tmp").code()).isZero();
        assertThat(docker.run("cp", "files:/tmp/note", folder.resolve("back").toString())
                        .code())
                .isZero();
        assertThat(folder.resolve("back")).hasContent("written");
        assertThat(docker.run("export", "files").out()).hasSize(1024);
        docker.run("rm", "files");
    }

    @Test
    void whatTheEngineIs() throws Exception {
        assertThat(docker.run("version").out()).contains("Ondol").contains("1.51 (minimum version 1.24)");
        assertThat(docker.run("info").out()).contains("Server Version: 0.1").contains("Name: here");
        assertThat(docker.run("network", "ls", "--format", "{{.Name}} {{.Driver}}")
                        .out())
                .isEqualTo("bridge bridge\nhost host\nnone null\n");
        assertThat(docker.run("network", "create", "x").err()).contains("the test's engine makes no networks");
        assertThat(docker.run("network", "inspect", "bridge").code()).isZero();
        assertThat(docker.run("system", "df").code()).isZero();
        assertThat(docker.run("stats", "--no-stream").code()).isZero();
    }

    @Test
    void imagesAndVolumes() throws Exception {
        assertThat(docker.run("images", "--format", "{{.Repository}} {{.Tag}}").out())
                .isEqualTo("host latest\n");
        assertThat(docker.run("image", "inspect", "some/where/host:latest").code())
                .isZero();
        assertThat(docker.run("history", "host").out()).contains("made");
        assertThat(docker.run("rmi", "host").err()).contains("cannot be removed");
        assertThat(docker.runWith("tar", "import", "-", "new:1").out()).isEqualTo("sha256:" + "0".repeat(63) + "3\n");
        assertThat(docker.run("pull", "alpine").err()).contains("alpine:latest not found");
        assertThat(docker.run("volume", "create", "--label", "a=b", "v").out()).isEqualTo("v\n");
        assertThat(docker.run("volume", "ls", "-q", "--filter", "label=a=b").out())
                .isEqualTo("v\n");
        assertThat(docker.run("volume", "inspect", "-f", "{{.Mountpoint}}", "v").out())
                .isEqualTo("/nowhere\n");
        assertThat(docker.run("volume", "rm", "v").out()).isEqualTo("v\n");
    }
}
