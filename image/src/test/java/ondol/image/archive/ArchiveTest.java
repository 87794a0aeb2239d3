package ondol.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import ondol.image.Image;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.NewImage;
import ondol.linux.Call;
import ondol.linux.Kernel;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images saved and loaded, and passed through skopeo. */
class ArchiveTest {
    @TempDir
    Path scratch;

    private ImageStore store;
    private ImageStore other;

    @BeforeEach
    void open() {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        store = ImageStore.open(scratch.resolve("store"));
        other = ImageStore.open(scratch.resolve("other"));
    }

    @AfterEach
    void close() {
        store.close();
        other.close();
    }

    private Image make(String name, String content) throws IOException {
        Path root = scratch.resolve("root");
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/file"), content);
        return store.importFolder(root, NewImage.named(Reference.parse(name)));
    }

    private Image above(Image base, String name) throws IOException {
        Path upper = Files.createDirectories(scratch.resolve("upper"));
        Files.writeString(upper.resolve(name), name);
        return store.commit(upper, base, NewImage.named(Reference.parse(name)));
    }

    private byte[] save(ArchiveFormat format, String... names) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ArchiveWriter.write(store, List.of(names), format, out);
        return out.toByteArray();
    }

    private static List<ArchiveReader.Loaded> load(ImageStore into, byte[] archive) {
        return ArchiveReader.read(into, new ByteArrayInputStream(archive), null, LoadProgress.NONE);
    }

    @ParameterizedTest
    @EnumSource
    void imagesKeepNamesAndDigests(ArchiveFormat format) throws IOException {
        Image base = make("base:1", "a");
        Image two = above(base, "two");
        store.tag("two", Reference.parse("localhost:5000/my/two:x"));
        byte[] archive = save(format, "base:1", "two", "localhost:5000/my/two:x");
        List<ArchiveReader.Loaded> loaded = load(other, archive);
        assertThat(loaded).hasSize(2);
        for (Image image : List.of(base, two)) {
            Image there = other.resolve(image.id().toString());
            assertThat(there.manifest()).isEqualTo(image.manifest());
            assertThat(there.parent()).isEqualTo(image.parent());
        }
        assertThat(other.resolve("localhost:5000/my/two:x").tags())
                .containsExactlyInAnyOrder("two:latest", "localhost:5000/my/two:x");
        assertThat(other.check().findings()).isEmpty();
        assertThat(load(other, archive)).hasSize(2);
        assertThat(save(format, "base:1", "two", "localhost:5000/my/two:x")).isEqualTo(archive);
    }

    @Test
    void aRepositoryStandsForItsTagsAndAnIdForNone() throws IOException {
        Image image = make("a:1", "a");
        store.tag("a:1", Reference.parse("a:2"));
        assertThat(load(other, save(ArchiveFormat.DOCKER, "a")).getFirst().names())
                .extracting(Reference::familiar)
                .containsExactly("a:1", "a:2");
        assertThat(load(other, save(ArchiveFormat.DOCKER, image.id().brief()))
                        .getFirst()
                        .names())
                .isEmpty();
        assertThatThrownBy(() -> save(ArchiveFormat.DOCKER, "a:1", "missing"))
                .hasMessage("No such image: missing:latest");
        assertThatThrownBy(() -> save(ArchiveFormat.DOCKER, "host"))
                .hasMessageContaining("stands on this machine's own files");
    }

    @Test
    void compressedArchivesAreLoaded() throws IOException {
        make("a", "a");
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
            gzip.write(save(ArchiveFormat.DOCKER, "a"));
        }
        assertThat(load(other, compressed.toByteArray())).hasSize(1);
        byte[] cut = java.util.Arrays.copyOf(compressed.toByteArray(), compressed.size() - 30);
        other.remove("a", true, true, id -> List.of());
        assertThatThrownBy(() -> load(other, cut)).hasMessageContaining("compression is damaged");
        assertThat(other.check().findings()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"docker-archive:", "oci-archive:"})
    void skopeoReadsAndWritesArchives(String transport) throws Exception {
        Path skopeo = skopeo();
        Image image = above(make("base", "a"), "box");
        ArchiveFormat format = ArchiveFormat.parse(transport.substring(0, transport.length() - 1));
        Path saved = scratch.resolve("saved.tar");
        Files.write(saved, save(format, "box"));
        Path back = scratch.resolve("back.tar");
        run(skopeo, "--insecure-policy", "copy", transport + saved, transport + back + ":docker.io/library/back:1");
        ArchiveReader.Loaded loaded;
        try (InputStream in = Files.newInputStream(back)) {
            loaded = ArchiveReader.read(other, in, null, LoadProgress.NONE).getFirst();
        }
        assertThat(loaded.names()).extracting(Reference::familiar).containsExactly("back:1");
        assertThat(loaded.image().layers())
                .extracting(ondol.image.Layer::diffId)
                .isEqualTo(
                        image.layers().stream().map(ondol.image.Layer::diffId).toList());
        assertThat(loaded.image().id()).isEqualTo(image.id());
        assertThat(other.check().findings()).isEmpty();
    }

    @Test
    void layersThatSkopeoCompressedStayAsTheyCame() throws Exception {
        Path skopeo = skopeo();
        make("a", "some text ".repeat(10_000));
        Path saved = scratch.resolve("saved.tar");
        Files.write(saved, save(ArchiveFormat.DOCKER, "a"));
        run(
                skopeo,
                "--insecure-policy",
                "copy",
                "docker-archive:" + saved,
                "oci-archive:" + scratch.resolve("z.tar:a:z"));
        ArchiveReader.Loaded loaded;
        try (InputStream in = Files.newInputStream(scratch.resolve("z.tar"))) {
            loaded = ArchiveReader.read(other, in, null, LoadProgress.NONE).getFirst();
        }
        ByteArrayOutputStream again = new ByteArrayOutputStream();
        ArchiveWriter.write(other, List.of("a:z"), ArchiveFormat.OCI, again);
        Files.write(scratch.resolve("again.tar"), again.toByteArray());
        String digest = run(skopeo, "inspect", "--format", "{{.Digest}}", "oci-archive:" + scratch.resolve("z.tar"));
        assertThat(run(skopeo, "inspect", "--format", "{{.Digest}}", "oci-archive:" + scratch.resolve("again.tar")))
                .isEqualTo(digest)
                .startsWith(loaded.image().manifest().toString());
        assertThat(again.size()).isLessThan(20_000);
    }

    @Test
    void nothingOfABrokenOffArchiveStays() throws IOException {
        make("a", "a".repeat(100_000));
        byte[] whole = save(ArchiveFormat.DOCKER, "a");
        for (int length : new int[] {100, 2000, whole.length / 2, whole.length - 2000}) {
            byte[] part = java.util.Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> load(other, part)).isInstanceOf(ImageException.class);
        }
        assertThat(other.list()).hasSize(2);
        assertThat(other.check().findings()).isEmpty();
    }

    private static Path skopeo() {
        for (String folder : System.getenv().getOrDefault("PATH", "/usr/bin").split(":")) {
            if (Files.isExecutable(Path.of(folder, "skopeo"))) {
                return Path.of(folder, "skopeo");
            }
        }
        assumeTrue(false, "needs skopeo on PATH");
        throw new AssertionError();
    }

    private static String run(Object... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        java.util.Arrays.stream(command).map(String::valueOf).toList())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0)
                .as(output)
                .isTrue();
        return output;
    }
}
