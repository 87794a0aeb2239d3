package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import ondol.oci.image.ExecutionConfig;
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

    @ParameterizedTest
    @ValueSource(strings = {"RUN x", "CMD", "ENV A", "ENV A=1 B", "EXPOSE x", "EXPOSE 9-1", "EXPOSE 70000", "FROM x"})
    void nonsenseIsRefused(String line) {
        assertThatThrownBy(() -> ConfigChanges.apply(ExecutionConfig.EMPTY, List.of(line)))
                .isInstanceOf(ImageException.class);
    }
}
