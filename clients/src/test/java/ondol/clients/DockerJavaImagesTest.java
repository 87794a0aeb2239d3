package ondol.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.api.model.PruneType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** docker-java and images: from and to a registry, in tars, of containers. */
class DockerJavaImagesTest extends Served {
    private static DockerClient docker;

    @BeforeAll
    static void connect() {
        docker = client();
    }

    @AfterAll
    static void disconnect() throws IOException {
        if (docker != null) {
            docker.close();
        }
    }

    private static byte[] all(InputStream in) throws IOException {
        try (in) {
            return in.readAllBytes();
        }
    }

    private static String id(String image) {
        return String.valueOf(docker.inspectImageCmd(image).exec().getId());
    }

    @Test
    void commitTagListSaveLoadRemove() throws Exception {
        String container =
                docker.createContainerCmd(IMAGE).withCmd("true").exec().getId();
        String image = docker.commitCmd(container)
                .withRepository("made")
                .withTag("1")
                .withMessage("why")
                .exec();
        assertThat(id("made:1")).isEqualTo(image);
        docker.commitCmd(container)
                .withRepository("labelled")
                .withEnv("KIND=other")
                .withLabels(Map.of("team", "blue"))
                .withUser("7")
                .exec();
        var labelled = docker.inspectImageCmd("labelled").exec().getConfig();
        assertThat(labelled).isNotNull();
        assertThat(labelled.getEnv()).contains("KIND=other");
        assertThat(labelled.getLabels()).containsEntry("team", "blue");
        assertThat(labelled.getUser()).isEqualTo("7");
        assertThat(labelled.getCmd()).containsExactly("true");
        docker.removeImageCmd("labelled").exec();
        docker.tagImageCmd("made:1", "again", "2").exec();
        assertThat(docker.listImagesCmd()
                        .withReferenceFilter("again")
                        .exec()
                        .getFirst()
                        .getRepoTags())
                .contains("again:2");
        byte[] one = all(docker.saveImageCmd("made:1").exec());
        byte[] both = all(docker.saveImagesCmd()
                .withImage("made", "1")
                .withImage("again", "2")
                .exec());
        docker.removeImageCmd("again:2").exec();
        docker.removeContainerCmd(container).exec();
        docker.removeImageCmd("made:1").exec();
        assertThatThrownBy(() -> id("made:1")).isInstanceOf(NotFoundException.class);
        docker.loadImageCmd(new ByteArrayInputStream(one)).exec();
        assertThat(id("made:1")).isEqualTo(image);
        assertThat(docker.loadImageAsyncCmd(new ByteArrayInputStream(both))
                        .start()
                        .awaitMessage())
                .contains("Loaded image: ");
        assertThat(id("again:2")).isEqualTo(image);
        docker.removeImageCmd("made:1").exec();
        docker.removeImageCmd("again:2").exec();
        docker.pruneCmd(PruneType.IMAGES).exec();
    }

    @Test
    void exportAndHistory() throws Exception {
        String container =
                docker.createContainerCmd(IMAGE).withCmd("true").exec().getId();
        byte[] root = all(docker.exportContainerCmd(container).exec());
        assertThat(new String(root, StandardCharsets.ISO_8859_1)).contains("a warm floor\n");
        docker.removeContainerCmd(container).exec();
        assertThat(docker.imageHistoryCmd(IMAGE).exec()).hasSize(1);
    }

    @Test
    void pushAndPull() throws Exception {
        Path program = Path.of("/usr/bin/docker-registry");
        Assumptions.assumeTrue(Files.isExecutable(program), "there is no " + program);
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path config = Files.writeString(
                folder.resolve("registry.yml"),
                "{version: 0.1, log: {level: error}, storage: {filesystem: {rootdirectory: %s}}, http: {addr: '127.0.0.1:%d'}}"
                        .formatted(folder.resolve("registry"), port));
        Process registry = new ProcessBuilder(program.toString(), "serve", config.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("registry.log").toFile())
                .start();
        try {
            within(20, () -> answers(port));
            String name = "127.0.0.1:" + port + "/house/base";
            docker.tagImageCmd(IMAGE, name, "1").exec();
            assertThat(docker.pushImageCmd(name + ":1").start().awaitCompletion(20, TimeUnit.SECONDS))
                    .isTrue();
            String pushed = id(name + ":1");
            docker.removeImageCmd(name + ":1").exec();
            assertThat(docker.pullImageCmd(name).withTag("1").start().awaitCompletion(20, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(id(name + ":1")).isEqualTo(pushed);
            docker.removeImageCmd(name + ":1").exec();
            assertThatThrownBy(() ->
                            docker.pullImageCmd(name).withTag("none").start().awaitCompletion(20, TimeUnit.SECONDS))
                    .isInstanceOfAny(NotFoundException.class, DockerClientException.class);
            assertThat(docker.authCmd()
                            .withAuthConfig(new AuthConfig()
                                    .withRegistryAddress("127.0.0.1:" + port)
                                    .withUsername("a")
                                    .withPassword("b"))
                            .exec()
                            .getStatus())
                    .isEqualTo("Login Succeeded");
        } finally {
            registry.destroyForcibly().waitFor();
        }
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
