package ondol.clients;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;

/**
 * What a JVM leaves that ends without cleaning up is removed by Ryuk. Its own image is in a registry that tests do not
 * reach: {@link RyukStandIn} speaks its protocol, in a container that Testcontainers starts in Ryuk's place.
 */
class RyukTest extends Served {
    private static final String STAND_IN = "ryuk-stand-in:1";

    /** A program that uses Testcontainers and is killed. */
    static final class Abandons {
        private Abandons() {}

        public static void main(String[] args) {
            Network network = Network.newNetwork();
            GenericContainer<?> box =
                    new GenericContainer<>(IMAGE).withNetwork(network).withCommand("sleep", "1000");
            box.start();
            Runtime.getRuntime().halt(7);
        }
    }

    private static void image() throws Exception {
        try (DockerClient docker = client()) {
            String id = docker.createContainerCmd("host")
                    .withCmd(
                            System.getProperty("java.home") + "/bin/java",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            "/ryuk",
                            RyukStandIn.class.getName())
                    .exec()
                    .getId();
            Path classes = Files.createDirectories(folder.resolve("ryuk/ondol/clients"));
            Path compiled = Path.of(RyukStandIn.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .resolve("ondol/clients/RyukStandIn.class");
            Files.copy(compiled, classes.resolve("RyukStandIn.class"));
            docker.copyArchiveToContainerCmd(id)
                    .withHostResource(folder.resolve("ryuk").toString())
                    .withRemotePath("/")
                    .exec();
            docker.commitCmd(id).withRepository("ryuk-stand-in").withTag("1").exec();
            docker.removeContainerCmd(id).exec();
        }
    }

    @Test
    void whatAKilledProgramLeftIsRemoved() throws Exception {
        String java = System.getProperty("java.home");
        Assumptions.assumeFalse(
                java.startsWith("/home") || java.startsWith("/root"), "the image host shows no " + java);
        image();
        ProcessBuilder program = new ProcessBuilder(
                        java + "/bin/java",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Abandons.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(new File(folder.toFile(), "said"));
        program.environment().remove("TESTCONTAINERS_RYUK_DISABLED");
        program.environment().put("TESTCONTAINERS_RYUK_CONTAINER_IMAGE", STAND_IN);
        assertThat(program.start().waitFor()).as(() -> said()).isEqualTo(7);
        Instant end = Instant.now().plus(Duration.ofSeconds(20));
        while (left() > 0 && Instant.now().isBefore(end)) {
            Thread.sleep(50);
        }
        assertThat(engine().containers().list()).isEmpty();
        assertThat(engine().networks().list()).hasSize(3);
    }

    private static int left() {
        return engine().containers().list().size();
    }

    private static String said() {
        try {
            return Files.readString(folder.resolve("said"), StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            return String.valueOf(e);
        }
    }
}
