package ondol.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.wait.strategy.Wait;

/** Testcontainers' compose module, with the docker command and its real plugin. */
class ComposeTest extends Served {
    @BeforeAll
    static void thePlugin() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/socat")), "there is no /usr/bin/socat");
        Assumptions.assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "docker"))),
                "there is no docker command");
        ProcessBuilder find =
                new ProcessBuilder(Files.exists(Path.of("tools")) ? "tools/compose-plugin" : "../tools/compose-plugin");
        find.environment().put("ONDOL_NO_INSTALL", "1"); // .ci/run has it fetched where there is none
        Process found = find.start();
        String plugin = new String(found.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        Assumptions.assumeTrue(found.waitFor() == 0, "there is no docker compose; tools/compose-plugin fetches it");
        Path plugins = Files.createDirectories(Path.of(System.getenv("DOCKER_CONFIG"), "cli-plugins"));
        Files.deleteIfExists(plugins.resolve("docker-compose"));
        Files.createSymbolicLink(plugins.resolve("docker-compose"), Path.of(plugin));
    }

    @Test
    void aStackWithExposedServices() throws Exception {
        Path file = Files.writeString(folder.resolve("compose.yml"), """
                services:
                  web:
                    image: busybox:1
                    command: httpd -f -p 80 -h /www
                    stop_signal: KILL
                    depends_on: [data]
                  data:
                    image: busybox:1
                    command: sh -c 'echo data is up; sleep 1000'
                    stop_signal: KILL
                """);
        try (ComposeContainer stack = new ComposeContainer("house", file.toFile())
                .withExposedService("web", 80, Wait.forListeningPort())
                .waitingFor("data", Wait.forLogMessage(".*up.*", 1))) {
            stack.start();
            URI page = URI.create(
                    "http://" + stack.getServiceHost("web", 80) + ":" + stack.getServicePort("web", 80) + "/");
            try (InputStream in = page.toURL().openStream()) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("a warm floor\n");
            }
            ContainerState web = stack.getContainerByServiceName("web").orElseThrow();
            assertThat(web.execInContainer("ping", "-c", "1", "data").getExitCode())
                    .isZero();
        }
        assertThat(engine().networks().list()).hasSize(3);
    }
}
