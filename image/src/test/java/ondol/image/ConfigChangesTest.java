package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.HealthConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigChangesTest {
    @Test
    void linesOfADockerfileChangeAConfiguration() {
        ExecutionConfig config = ConfigChanges.apply(
                ExecutionConfig.EMPTY,
                List.of(
                        "ENTRYPOINT [\"/e\", \"x\"]",
                        "cmd echo  hi",
                        "ENV A=1 B=\"two words\"",
                        "ENV A 3 and more",
                        "LABEL a.b='c d'",
                        "EXPOSE 80 90-91/udp",
                        "VOLUME [\"/v\"]",
                        "VOLUME /w /x",
                        "WORKDIR /a",
                        "WORKDIR b",
                        "USER me:you",
                        "STOPSIGNAL SIGINT",
                        "ONBUILD RUN x",
                        "HEALTHCHECK NONE"));
        assertThat(config.entrypoint()).containsExactly("/e", "x");
        assertThat(config.cmd()).containsExactly("/bin/sh", "-c", "echo  hi");
        assertThat(config.env()).containsExactly("A=3 and more", "B=two words");
        assertThat(config.labels()).isEqualTo(Map.of("a.b", "c d"));
        assertThat(config.exposedPorts()).containsOnlyKeys("80/tcp", "90/udp", "91/udp");
        assertThat(config.volumes()).containsOnlyKeys("/v", "/w", "/x");
        assertThat(config.workingDir()).isEqualTo("/a/b");
        assertThat(config.user()).isEqualTo("me:you");
        assertThat(config.stopSignal()).isEqualTo("SIGINT");
        assertThat(config.onBuild()).containsExactly("RUN x");
    }

    @Test
    void healthChecks() {
        ExecutionConfig shell = ConfigChanges.apply(
                ExecutionConfig.EMPTY, List.of("HEALTHCHECK --interval=1m30s --timeout=1.5s --retries=2 cmd wget  x"));
        assertThat(shell.healthcheck())
                .isEqualTo(new HealthConfig(
                        List.of("CMD-SHELL", "wget  x"), 90_000_000_000L, 1_500_000_000L, null, null, 2));
        ExecutionConfig words = ConfigChanges.apply(
                ExecutionConfig.EMPTY,
                List.of("HEALTHCHECK --start-period=5s --start-interval=100ms CMD [\"a b\", \"c\"]"));
        assertThat(words.healthcheck())
                .isEqualTo(
                        new HealthConfig(List.of("CMD", "a b", "c"), null, null, 5_000_000_000L, 100_000_000L, null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HEALTHCHECK x",
                "HEALTHCHECK CMD",
                "HEALTHCHECK --interval=x CMD true",
                "HEALTHCHECK --interval=9999999999h CMD true",
                "HEALTHCHECK --retries=-1 CMD true",
                "HEALTHCHECK --often=1s CMD true"
            })
    void healthChecksThatMakeNoSense(String line) {
        nonsenseIsRefused(line);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RUN x", "CMD", "ENV A", "ENV A=1 B", "EXPOSE x", "EXPOSE 9-1", "EXPOSE 70000", "FROM x"})
    void nonsenseIsRefused(String line) {
        assertThatThrownBy(() -> ConfigChanges.apply(ExecutionConfig.EMPTY, List.of(line)))
                .isInstanceOf(ImageException.class);
    }
}
