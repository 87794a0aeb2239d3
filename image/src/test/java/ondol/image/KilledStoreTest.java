package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import ondol.image.archive.ArchiveFormat;
import ondol.image.archive.ArchiveReader;
import ondol.image.archive.ArchiveWriter;
import ondol.image.archive.LoadProgress;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that changes a store is killed at random moments; the store is whole each time. */
class KilledStoreTest {
    private static final int KILLS = Integer.getInteger("ondol.kills", 10);

    @TempDir
    Path scratch;

    @Test
    void theStoreIsWholeAfterEachKill() throws Exception {
        Lab.needRoot();
        Path root = scratch.resolve("store");
        Random random = new Random();
        int images = 0;
        for (int i = 0; i < KILLS; i++) {
            Process worker = new ProcessBuilder(
                            System.getProperty("java.home") + "/bin/java",
                            "--enable-native-access=ALL-UNNAMED",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            path(),
                            Worker.class.getName(),
                            root.toString(),
                            scratch.resolve("made").toString(),
                            Integer.toString(i))
                    .redirectErrorStream(true)
                    .redirectOutput(scratch.resolve("log").toFile())
                    .start();
            // the moment is counted from when it has done something
            while (worker.isAlive() && !Files.exists(scratch.resolve("made/ready" + i))) {
                Thread.sleep(5);
            }
            Thread.sleep(random.nextInt(400));
            assertThat(worker.isAlive())
                    .as(Files.readString(scratch.resolve("log")))
                    .isTrue();
            worker.destroyForcibly();
            assertThat(worker.waitFor(10, TimeUnit.SECONDS)).isTrue();
            try (ImageStore store = ImageStore.open(root)) {
                assertThat(store.check().findings()).as("after kill " + i).isEmpty();
                images += store.list().size() - 2;
            }
        }
        assertThat(images).isPositive();
    }

    private static String path() {
        String modules = System.getProperty("jdk.module.path", "");
        return System.getProperty("java.class.path") + ":" + modules + ":target/test-classes:target/classes";
    }

    /** What is killed. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] args) throws IOException {
            Random random = new Random();
            Path scratch = Files.createDirectories(Path.of(args[1]));
            try (ImageStore store = ImageStore.open(Path.of(args[0]))) {
                while (true) {
                    step(store, scratch, random);
                    Files.writeString(scratch.resolve("ready" + args[2]), "");
                }
            }
        }

        private static void step(ImageStore store, Path scratch, Random random) throws IOException {
            List<Image> images =
                    store.list().stream().filter(image -> !image.onHost()).toList();
            NewImage named = NewImage.named(Reference.parse("i" + random.nextInt(8)));
            Path folder = Files.createDirectories(scratch.resolve("tree/sub"));
            for (int i = 0; i < 20; i++) {
                byte[] bytes = new byte[random.nextInt(200_000)];
                random.nextBytes(bytes);
                Files.write(folder.resolve("f" + i), bytes);
            }
            if (images.isEmpty()) {
                store.importFolder(folder, named);
                return;
            }
            Image some = images.get(random.nextInt(images.size()));
            switch (random.nextInt(7)) {
                case 0 -> store.importFolder(folder, named);
                case 1 -> {
                    if (some.layers().size() < 8) {
                        store.commit(folder, some, named);
                    }
                }
                case 2 -> store.tag(some.id().toString(), Reference.parse("t" + random.nextInt(4)));
                case 3 -> store.remove(some.id().toString(), true, true, id -> List.of());
                case 4 -> {
                    ByteArrayOutputStream archive = new ByteArrayOutputStream();
                    ArchiveWriter.write(store, List.of(some.id().toString()), ArchiveFormat.DOCKER, archive);
                    store.remove(some.id().toString(), true, true, id -> List.of());
                    ArchiveReader.read(store, new ByteArrayInputStream(archive.toByteArray()), null, LoadProgress.NONE);
                }
                case 5 -> {
                    try (Contents contents = store.contents()) {
                        contents.compress(some, (diffId, done, size) -> {});
                    }
                }
                default -> {
                    String id = "c" + random.nextInt(3);
                    store.snapshots().remove(id);
                    store.snapshots().create(id, some);
                }
            }
        }
    }
}
