package ondol.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DaemonTest {
    @TempDir
    Path folder;

    @Test
    void wordsAreUnderstood() {
        DaemonOptions options = DaemonOptions.parse(new String[] {
            "--data-root", "/d", "--exec-root=/e", "-H", "unix:///a", "-H", "tcp://127.0.0.1:1", "--debug"
        });
        assertThat(options.engine().dataRoot()).hasToString("/d");
        assertThat(options.hosts()).containsExactly("unix:///a", "tcp://127.0.0.1:1");
        assertThat(options.debug()).isTrue();
        assertThat(DaemonOptions.parse(new String[] {"--exec-root=/e"}).hosts())
                .containsExactly("unix:///e/docker.sock");
        assertThatThrownBy(() -> DaemonOptions.parse(new String[] {"--nonsense"}))
                .hasMessageContaining("--nonsense");
        assertThatThrownBy(() -> DaemonOptions.parse(new String[] {"-H"})).hasMessageContaining("needs an argument");
    }

    @Test
    void servesUntilItIsToldToEnd() throws Exception {
        Path socket = folder.resolve("docker.sock");
        String paths = Stream.of(
                        System.getProperty("jdk.module.path"),
                        System.getProperty("java.class.path"),
                        Path.of("target", "test-classes").toAbsolutePath().toString())
                .filter(Objects::nonNull)
                .collect(Collectors.joining(File.pathSeparator));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        List.of(java, "-cp", paths, "ondol.docker.TestDaemon", "-H", "unix://" + socket))
                .start();
        try (BufferedReader log = process.errorReader(StandardCharsets.UTF_8)) {
            String line = log.readLine();
            while (line != null && !line.contains("ready on unix://" + socket)) {
                line = log.readLine();
            }
            assertThat(line).isNotNull();
            try (RawHttp http = RawHttp.connect(socket);
                    RawHttp events = RawHttp.connect(socket).get("/events")) {
                assertThat(http.get("/_ping").reply().body()).isEqualTo("OK");
                assertThat(events.head()).contains("200");
                process.destroy();
                assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(process.exitValue()).isEqualTo(143);
            assertThat(socket).doesNotExist();
        } finally {
            process.destroyForcibly();
        }
    }
}
