package ondol.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.BuildImageResultCallback;
import com.github.dockerjava.api.exception.DockerClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.images.builder.ImageFromDockerfile;

/** Images that docker-java and Testcontainers build. */
class BuildsTest extends Served {
    private static Path context(String dockerfile) throws Exception {
        Path context = Files.createTempDirectory(folder, "context");
        Files.writeString(context.resolve("Dockerfile"), dockerfile);
        Files.writeString(context.resolve("file"), "from the context\n");
        return context;
    }

    @Test
    void dockerJavaBuilds() throws Exception {
        DockerClient docker = DockerClientFactory.lazyClient();
        Path context =
                context("FROM busybox:1\nARG WHO\nCOPY file /file\nRUN echo \"by $WHO\" >> /file\nCMD cat /file\n");
        String id = docker.buildImageCmd(context.toFile())
                .withTags(Set.of("by-docker-java:1"))
                .withBuildArg("WHO", "docker-java")
                .withNetworkMode("none")
                .exec(new BuildImageResultCallback())
                .awaitImageId();
        assertThat(docker.inspectImageCmd("by-docker-java:1").exec().getId()).contains(id);
        assertThatThrownBy(() -> docker.buildImageCmd(
                                context("FROM busybox:1\nRUN exit 4\n").toFile())
                        .withForcerm(true)
                        .withNetworkMode("none")
                        .exec(new BuildImageResultCallback())
                        .awaitImageId())
                .isInstanceOf(DockerClientException.class)
                .hasMessageContaining("returned a non-zero code: 4");
    }

    @Test
    void testcontainersBuilds() {
        ImageFromDockerfile image = new ImageFromDockerfile("by-testcontainers:1", false)
                .withFileFromString("file", "from a string\n")
                .withDockerfileFromBuilder(builder -> builder.from("busybox:1")
                        .copy("file", "/file")
                        .env("A", "b")
                        .cmd("cat", "/file")
                        .build());
        try (GenericContainer<?> container =
                new GenericContainer<>(image).withStartupCheckStrategy(new OneShotStartupCheckStrategy())) {
            container.start();
            assertThat(container.getLogs()).isEqualTo("from a string\n");
        }
    }
}
