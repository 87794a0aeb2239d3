package ondol.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.linux.Call;
import ondol.linux.Kernel;
import ondol.oci.image.Digest;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed with -9 at random moments of a pull; the next one goes on and finds everything valid. */
class KilledPullTest {
    private static final int KILLS = Integer.getInteger("ondol.kills", 8);

    @TempDir
    Path scratch;

    /** Pulls one image into a store and ends; run in a process of its own. Arguments: the store, the image. */
    public static final class Puller {
        private Puller() {}

        public static void main(String[] arguments) {
            try (ImageStore store = ImageStore.open(Path.of(arguments[0]));
                    RegistryClient client = new RegistryClient(store, RegistryOptions.DEFAULT)) {
                client.pull(Reference.parse(arguments[1]), null, Credentials.NONE, LittleRegistry.QUIET);
            }
        }
    }

    @Test
    @Timeout(value = 300)
    void theNextPullGoesOn() throws Exception {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        Random random = new Random(3);
        try (LittleRegistry registry = new LittleRegistry()) {
            List<LittleRegistry.LayerText> layers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                byte[] content = new byte[6 << 20];
                random.nextBytes(content);
                layers.add(registry.layer("x", LittleRegistry.tar("file" + i, content)));
            }
            registry.image("x", "latest", layers);
            Path root = scratch.resolve("store");
            long whole = timed(() -> assertThat(pull(root, registry).waitFor()).isZero());
            boolean there = true;
            for (int i = 0; i < KILLS; i++) {
                if (there) {
                    forget(root, registry);
                }
                Process process = pull(root, registry);
                process.waitFor(300 + random.nextLong(Math.max(1, whole)), TimeUnit.MILLISECONDS);
                process.destroyForcibly().waitFor();
                there = valid(root, registry, layers);
            }
            assertThat(pull(root, registry).waitFor()).isZero();
            assertThat(valid(root, registry, layers)).isTrue();
            assertThat(names(root.resolve("blobs/partial"))).isEmpty();
            assertThat(names(root.resolve("blobs/sha256"))).hasSize(6);
            assertThat(names(root.resolve("layers")).stream().filter(n -> n.matches("l[0-9a-z]+")))
                    .hasSize(4);
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static long timed(Work work) throws Exception {
        long begun = System.nanoTime();
        work.run();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    private Process pull(Path root, LittleRegistry registry) throws IOException {
        String paths = System.getProperty("jdk.module.path", "") + ":" + System.getProperty("java.class.path", "") + ":"
                + classes(ImageStore.class) + ":" + classes(KilledPullTest.class);
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        paths,
                        Puller.class.getName(),
                        root.toString(),
                        registry.host() + "/x")
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(scratch.resolve("log").toFile()))
                .start();
    }

    private static String classes(Class<?> type) {
        String name = type.getName().replace('.', '/') + ".class";
        String url = String.valueOf(type.getClassLoader().getResource(name));
        return url.substring(url.indexOf(':') + 1, url.length() - name.length());
    }

    private static void forget(Path root, LittleRegistry registry) {
        try (ImageStore store = ImageStore.open(root)) {
            store.remove(registry.host() + "/x", false, true, id -> List.of());
        }
    }

    /** Whether the image is there; it and all that the store has must be right then. */
    private static boolean valid(Path root, LittleRegistry registry, List<LittleRegistry.LayerText> layers)
            throws IOException {
        try (ImageStore store = ImageStore.open(root)) {
            for (String name : names(root.resolve("blobs/sha256"))) {
                assertThat(Digest.of(Files.readAllBytes(
                                        root.resolve("blobs/sha256").resolve(name)))
                                .hex())
                        .isEqualTo(name);
            }
            assertThat(names(root.resolve("staging"))).isEmpty();
            Image image = store.resolve(registry.host() + "/x");
            assertThat(image.layers()).hasSize(layers.size());
            for (int i = 0; i < layers.size(); i++) {
                Path file = image.layers().get(i).folder().resolve("file" + i);
                assertThat(Digest.of(LittleRegistry.tar("file" + i, Files.readAllBytes(file)))
                                .toString())
                        .isEqualTo(layers.get(i).diffId());
            }
            return true;
        } catch (ImageException e) {
            assertThat(e.kind()).isEqualTo(ImageException.Kind.NOT_FOUND);
            assertThat(names(root.resolve("layers"))).noneMatch(n -> n.matches("l[0-9a-z]+"));
            return false;
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
