package ondol.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import ondol.image.Contents;
import ondol.image.Image;
import ondol.image.ImageStore;
import ondol.image.NewImage;
import ondol.linux.Call;
import ondol.linux.Kernel;
import ondol.oci.image.Descriptor;
import ondol.oci.image.Digest;
import ondol.oci.image.ImageJson;
import ondol.oci.image.Manifest;
import ondol.oci.image.MediaTypes;
import ondol.oci.image.Reference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept as plain tars goes to a registry compressed, once, and is the same image there and here. */
class PlainLayersTest {
    @TempDir
    Path scratch;

    private ImageStore store;
    private RegistryClient client;
    private RealRegistry registry;

    /** Keeps what it is told. */
    private static final class Told implements Progress {
        final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
        volatile boolean cancelled;

        @Override
        public void status(String id, String status) {
            lines.add(status);
        }

        @Override
        public void bytes(String id, String status, long current, long total) {}

        @Override
        public boolean cancelled() {
            return cancelled;
        }
    }

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        store = ImageStore.open(scratch.resolve("store"));
        client = client(store);
        registry = new RealRegistry(Files.createDirectories(scratch.resolve("r")), "", "");
    }

    private static RegistryClient client(ImageStore store) {
        return new RegistryClient(
                store, new RegistryOptions(Map.of(), List.of(), Path.of("/nonexistent"), 3, 3, Duration.ofMillis(1)));
    }

    @AfterEach
    void close() throws Exception {
        if (registry != null) {
            registry.close();
        }
        if (client != null) {
            client.close();
            store.close();
        }
    }

    private Reference name(String rest) {
        return Reference.parse("localhost:" + registry.port() + "/" + rest);
    }

    private Image commit(Image base, @Nullable Reference name, String file, int lines) throws IOException {
        Path upper = Files.createDirectories(scratch.resolve("upper-" + file));
        Files.writeString(upper.resolve(file), (file + " is a line as it is often seen\n").repeat(lines));
        return store.commit(upper, base, NewImage.named(name));
    }

    private List<Descriptor> layers(Reference name) {
        byte[] manifest = client.manifest(name, Credentials.NONE).bytes();
        return ImageJson.read(manifest, Manifest.class, "the registry's manifest")
                .layers();
    }

    private List<String> blobs() throws IOException {
        try (var files = Files.list(scratch.resolve("store/blobs/sha256"))) {
            return files.map(file -> "sha256:" + file.getFileName()).toList();
        }
    }

    @Test
    void areCompressedOnceAndStayTheSameImage() throws Exception {
        Reference one = name("one:1");
        Reference two = name("two:1");
        Image base = commit(store.scratch(), null, "below", 100_000);
        Image image = commit(base, one, "above", 100_000);
        Image other = commit(base, two, "beside", 10);
        String plain = base.layers().getLast().diffId().toString();
        assertThat(blobs()).contains(plain);
        Told told = new Told();
        var pushed = client.push(one, Credentials.NONE, told);
        assertThat(told.lines).contains("Preparing", "Pushed").doesNotContain("Layer already exists");
        assertThat(layers(one)).hasSize(2).allSatisfy(layer -> {
            assertThat(layer.mediaType()).isEqualTo(MediaTypes.LAYER_GZIP);
            assertThat(layer.size()).isLessThan(1_000_000);
        });
        Image now = store.resolve(one.toString());
        assertThat(now.id()).isEqualTo(image.id());
        assertThat(now.layers()).isEqualTo(image.layers());
        assertThat(now.manifest()).isEqualTo(pushed.digest());
        assertThat(now.digests()).containsExactly(one.familiarRepository() + "@" + pushed.digest());
        assertThat(store.resolve(now.digests().getFirst()).id()).isEqualTo(image.id());
        // what nobody has any more is gone, what another image has is not
        assertThat(blobs())
                .contains(plain)
                .doesNotContain(image.layers().getLast().diffId().toString());

        told.lines.clear();
        assertThat(client.push(one, Credentials.NONE, told).digest()).isEqualTo(pushed.digest());
        assertThat(told.lines).contains("Layer already exists").doesNotContain("Pushed");

        client.push(two, Credentials.NONE, told);
        assertThat(layers(two).getFirst()).isEqualTo(layers(one).getFirst());
        assertThat(told.lines).contains("Mounted from one");
        store.remove(base.id().toString(), true, true, id -> List.of());
        assertThat(blobs()).doesNotContain(plain);
        assertThat(store.check().findings()).isEmpty();

        try (ImageStore elsewhere = ImageStore.open(scratch.resolve("elsewhere"));
                RegistryClient theirs = client(elsewhere)) {
            Image pulled = theirs.pull(one, null, Credentials.NONE, new Told());
            assertThat(pulled.id()).isEqualTo(image.id());
            assertThat(pulled.manifest()).isEqualTo(pushed.digest());
            assertThat(pulled.layers().getLast().diffId())
                    .isEqualTo(image.layers().getLast().diffId());
            assertThat(pulled.layers().getLast().folder().resolve("above"))
                    .hasSameBinaryContentAs(image.layers().getLast().folder().resolve("above"));
        }
        assertThat(other.id()).isEqualTo(store.resolve(two.toString()).id());
    }

    @Test
    void areTheSameBytesInEveryStore() throws Exception {
        Image image = commit(store.scratch(), name("a"), "file", 50_000);
        client.push(name("a"), Credentials.NONE, new Told());
        try (ImageStore elsewhere = ImageStore.open(scratch.resolve("elsewhere"))) {
            Path upper = scratch.resolve("upper-file");
            Image same = elsewhere.commit(upper, elsewhere.scratch(), NewImage.named(null));
            assertThat(same.layers().getLast().diffId())
                    .isEqualTo(image.layers().getLast().diffId());
            try (Contents contents = elsewhere.contents()) {
                List<Descriptor> all = contents.compress(same, (diffId, done, size) -> {});
                assertThat(all.subList(2, all.size())).isEqualTo(layers(name("a")));
            }
        }
    }

    @Test
    void twoPushesAtOnceDoNoHarm() throws Exception {
        // to two registries: in one, a push may read what another is just writing
        try (RealRegistry second = new RealRegistry(Files.createDirectories(scratch.resolve("r2")), "", "")) {
            Image image = commit(store.scratch(), name("x"), "file", 300_000);
            Reference there = Reference.parse("localhost:" + second.port() + "/x");
            store.tag(image.id().toString(), there);
            List<CompletableFuture<Digest>> pushes = List.of(pushing(name("x")), pushing(there));
            Digest manifest = pushes.getFirst().get(60, TimeUnit.SECONDS);
            assertThat(pushes.getLast().get(60, TimeUnit.SECONDS)).isEqualTo(manifest);
            Image now = store.resolve(image.id().toString());
            assertThat(now.manifest()).isEqualTo(manifest);
            assertThat(now.digests()).hasSize(2);
            assertThat(store.check().findings()).isEmpty();
        }
    }

    private CompletableFuture<Digest> pushing(Reference name) {
        return CompletableFuture.supplyAsync(
                () -> client.push(name, Credentials.NONE, new Told()).digest(),
                task -> Thread.ofPlatform().start(task));
    }

    @Test
    void arePushedAsTheyAreWhereARegistryHasThemSo() throws Exception {
        Reference name = name("known:1");
        Image image = commit(store.scratch(), name, "file", 1000);
        store.pushed(image.id(), image.manifest(), name);
        assertThat(client.push(name, Credentials.NONE, new Told()).digest()).isEqualTo(image.manifest());
        assertThat(layers(name)).allMatch(layer -> layer.mediaType().equals(MediaTypes.LAYER));
    }

    @Test
    void areKeptWhereThePushIsGivenUp() throws Exception {
        Reference name = name("given:up");
        Image image = commit(store.scratch(), name, "file", 3_000_000);
        Told told = new Told();
        told.cancelled = true;
        assertThatThrownBy(() -> client.push(name, Credentials.NONE, told)).hasMessage("the push was given up");
        assertThat(store.resolve(name.toString()).manifest()).isEqualTo(image.manifest());
        assertThat(scratch.resolve("store/staging")).isEmptyDirectory();
        assertThat(store.check().findings()).isEmpty();
    }

    @Test
    void areNotReplacedByWhatTheyAreNot() throws Exception {
        Reference name = name("broken:1");
        Image image = commit(store.scratch(), name, "file", 1000);
        String diffId = image.layers().getLast().diffId().hex();
        Files.write(
                scratch.resolve("store/blobs/sha256").resolve(diffId),
                "x".repeat(512).getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> client.push(name, Credentials.NONE, new Told()))
                .hasMessageContaining("has other bytes on disk than its digest says");
        assertThat(store.resolve(name.toString()).manifest()).isEqualTo(image.manifest());
    }
}
