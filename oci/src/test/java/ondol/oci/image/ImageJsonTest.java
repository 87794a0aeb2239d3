package ondol.oci.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageJsonTest {
    private static final String CONFIG = """
            {"created":"2024-01-01T00:00:00Z","architecture":"amd64","os":"linux","os.version":"1","unknown":{"a":[1]},
             "config":{"User":"me","ExposedPorts":{"80/tcp":{}},"Env":["A=b"],"Entrypoint":null,"Cmd":["sh"],
              "Volumes":{"/data":{}},"WorkingDir":"/w","Labels":{"x":"y"},"StopSignal":"SIGTERM","ArgsEscaped":true,
              "Healthcheck":{"Test":["CMD","true"],"Interval":5000000000},"OnBuild":["RUN x"],"Shell":["/bin/sh","-c"]},
             "rootfs":{"type":"layers","diff_ids":["sha256:aa"]},
             "history":[{"created":"2024-01-01T00:00:00Z","created_by":"x","empty_layer":true}]}
            """;

    @Test
    void readsAndWritesAConfiguration() {
        ImageConfig config = ImageJson.read(CONFIG.getBytes(UTF_8), ImageConfig.class, "the config");
        assertThat(config.execution().cmd()).containsExactly("sh");
        assertThat(config.execution().exposedPorts()).isEqualTo(Map.of("80/tcp", Map.of()));
        assertThat(config.execution().healthcheck()).isNotNull();
        assertThat(config.osVersion()).isEqualTo("1");
        assertThat(config.diffIds()).containsExactly("sha256:aa");
        assertThat(config.steps()).hasSize(1);
        byte[] written = ImageJson.write(config);
        assertThat(new String(written, UTF_8))
                .contains("\"User\":\"me\"", "\"diff_ids\":[\"sha256:aa\"]", "\"80/tcp\":{}", "\"os.version\"");
        assertThat(ImageJson.read(written, ImageConfig.class, "the config")).isEqualTo(config);
    }

    @Test
    void readsAnIndex() {
        Index index = Index.of(List.of(Descriptor.of(MediaTypes.MANIFEST, Digest.of(new byte[0]), 3)
                .withAnnotations(Map.of(Descriptor.REF_NAME, "x"))));
        assertThat(ImageJson.read(ImageJson.write(index), Index.class, "the index"))
                .isEqualTo(index);
    }

    @Test
    void refusesAManifestWithoutItsParts() {
        for (String bad : List.of(
                "{\"schemaVersion\":2}",
                "{\"config\":{\"mediaType\":\"x\",\"digest\":\"y\"},\"layers\":[null]}",
                "{\"config\":{},\"layers\":[]}")) {
            assertThatThrownBy(() -> ImageJson.read(bad.getBytes(UTF_8), Manifest.class, "the manifest"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("the manifest");
        }
    }

    @Test
    void refusesWhatIsTooDeepOrNoJson() {
        String deep = "{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThatThrownBy(() -> ImageJson.read(deep.getBytes(UTF_8), ImageConfig.class, "the config"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the config is nested more than 64 deep");
        for (String bad :
                List.of("", "x", "{", "[]", "{\"rootfs\":3}", "null", "{\"config\":{\"Env\":\"x\"}}", "\u0000")) {
            assertThatThrownBy(() -> ImageJson.read(bad.getBytes(UTF_8), ImageConfig.class, "the config"))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("the config");
        }
    }
}
