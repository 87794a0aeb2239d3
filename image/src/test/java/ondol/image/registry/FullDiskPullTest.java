package ondol.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.linux.Call;
import ondol.linux.Kernel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pull into a store whose disk has no room for it: a sentence, nothing half there, and it goes on once there is room. */
@Timeout(60)
class FullDiskPullTest {
    @TempDir
    Path scratch;

    private boolean mounted;

    private void run(String... command) throws Exception {
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            run("umount", scratch.toString());
        }
    }

    private static List<String> names(Path folder) throws Exception {
        try (Stream<Path> list = Files.list(folder)) {
            return list.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aPullThatHasNoRoom() throws Exception {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        run("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", scratch.toString());
        mounted = true;
        byte[] content = new byte[4 << 20]; // its blob and its tree do not fit both
        new Random(5).nextBytes(content);
        Path store = scratch.resolve("store");
        try (LittleRegistry registry = new LittleRegistry();
                ImageStore images = ImageStore.open(store);
                RegistryClient client = new RegistryClient(images, RegistryOptions.DEFAULT)) {
            registry.image("x", "latest", List.of(registry.layer("x", LittleRegistry.tar("file", content))));
            var name = registry.name("x");
            List<String> layers = names(store.resolve("layers"));
            int shown = images.list().size();
            assertThatThrownBy(() -> client.pull(name, null, Credentials.NONE, LittleRegistry.QUIET))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining("x:latest")
                    .message()
                    .containsIgnoringCase("no space left")
                    .doesNotContain("Exception", "\n");
            assertThat(images.list()).hasSize(shown);
            assertThat(names(store.resolve("layers"))).isEqualTo(layers);
            assertThat(names(store.resolve("staging"))).isEmpty();
            assertThat(images.check().findings()).isEmpty();

            run("mount", "-o", "remount,size=32m", scratch.toString());
            client.pull(name, null, Credentials.NONE, LittleRegistry.QUIET);
            assertThat(images.resolve(name.toString()).layers()).hasSize(1);
            assertThat(images.check().findings()).isEmpty();
        }
    }
}
