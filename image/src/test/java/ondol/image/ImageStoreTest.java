package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import ondol.oci.image.ExecutionConfig;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageStoreTest {
    private static final ImageUsers NOBODY = id -> List.of();

    @TempDir
    Path scratch;

    private ImageStore store;

    @BeforeEach
    void open() {
        Lab.needRoot();
        store = ImageStore.open(scratch.resolve("store"));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private Image make(String name, String content) throws IOException {
        Path root = Files.createDirectories(scratch.resolve("root"));
        Files.writeString(root.resolve("file"), content);
        return store.importFolder(root, NewImage.named(Reference.parse(name)));
    }

    @Test
    void findsImagesByNamesAndIds() throws IOException {
        Image image = make("busybox", "a");
        for (String name : List.of(
                "busybox",
                "busybox:latest",
                "docker.io/library/busybox",
                "docker.io/busybox:latest",
                image.id().toString(),
                image.id().hex(),
                image.id().brief(),
                "sha256:" + image.id().brief(),
                "busybox@" + image.manifest())) {
            assertThat(store.resolve(name).id()).as(name).isEqualTo(image.id());
        }
        assertThat(store.list().getFirst().tags()).containsExactly("busybox:latest");
        assertThatThrownBy(() -> store.resolve("none"))
                .hasMessage("No such image: none:latest")
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.NOT_FOUND));
        assertThatThrownBy(() -> store.resolve("A b")).hasMessageContaining("invalid reference format");
    }

    @Test
    void isTheSameAfterItWasClosed() throws IOException {
        Image image = make("a:1", "a");
        store.tag("a:1", Reference.parse("localhost:5000/b"));
        assertThat(store.resolve("a:1").tagged()).isAfter(image.tagged());
        make("c", "c");
        List<Image> before = store.list();
        store.close();
        store = ImageStore.open(scratch.resolve("store"));
        assertThat(store.list()).usingRecursiveComparison().isEqualTo(before);
        assertThat(store.resolve("localhost:5000/b").id()).isEqualTo(image.id());
    }

    @Test
    void removesAsDockerDoes() throws IOException {
        Image image = make("a", "a");
        store.tag("a", Reference.parse("b:2"));
        assertThatThrownBy(() -> store.remove(image.id().brief(), false, true, NOBODY))
                .hasMessage(
                        "conflict: unable to delete %s (must be forced) - image is referenced in multiple repositories"
                                .formatted(image.id().brief()));
        assertThat(store.remove("a", false, true, NOBODY)).containsExactly(new ImageStore.Removal("a:latest", null));
        ImageUsers used = id -> List.of(new ImageUsers.User("0123456789abcdef", false));
        assertThatThrownBy(() -> store.remove("b:2", false, true, used))
                .hasMessage(
                        "conflict: unable to remove repository reference \"b:2\" (must force) - container 0123456789ab is using its referenced image %s"
                                .formatted(image.id().brief()));
        assertThat(store.remove("b:2", false, true, NOBODY))
                .containsExactly(
                        new ImageStore.Removal("b:2", null),
                        new ImageStore.Removal(null, image.id().toString()),
                        new ImageStore.Removal(
                                null, image.layers().getFirst().diffId().toString()));
        assertThat(image.layers().getFirst().folder()).doesNotExist();
        try (var blobs = Files.list(scratch.resolve("store/blobs/sha256"))) {
            assertThat(blobs).isEmpty();
        }
    }

    @Test
    void layersStayWhileASnapshotStandsOnThem() throws IOException {
        Image image = make("a", "a");
        Snapshot snapshot = store.snapshots().create("c1", image);
        assertThatThrownBy(() -> store.snapshots().create("c1", image)).isInstanceOf(ImageException.class);
        Path layer = image.layers().getFirst().folder();
        store.remove("a", true, true, NOBODY);
        assertThat(layer).exists();
        store.close();
        store = ImageStore.open(scratch.resolve("store"));
        assertThat(store.snapshots().open("c1")).isEqualTo(snapshot);
        try (RootView view = RootView.open(snapshot)) {
            assertThat(Trees.names(view.root())).containsExactly("file");
        }
        Files.writeString(snapshot.upper().resolve("x"), "12345");
        assertThat(store.snapshots().usage("c1")).isEqualTo(5);
        store.snapshots().remove("c1");
        assertThat(snapshot.upper()).doesNotExist();
        assertThat(layer).doesNotExist();
    }

    @Test
    void whatAKilledImportLeftIsGone() throws IOException {
        Image image = make("a", "a");
        store.close();
        Path root = scratch.resolve("store");
        Files.createDirectories(root.resolve("staging/9/etc"));
        Files.writeString(root.resolve("staging/8"), "x");
        Files.createDirectories(root.resolve("layers/lzz/etc"));
        Files.writeString(root.resolve("layers/lyy.json"), "{}");
        Files.writeString(root.resolve("blobs/sha256/" + "0".repeat(64)), "x");
        Files.createDirectories(root.resolve("trash/1/x"));
        store = ImageStore.open(root);
        assertThat(store.resolve("a").id()).isEqualTo(image.id());
        // new names begin at 1, and one may just be in use: the images that are on disk now are noted in the background
        assertThat(root.resolve("staging/8")).doesNotExist();
        assertThat(root.resolve("staging/9")).doesNotExist();
        assertThat(root.resolve("layers/lzz")).doesNotExist();
        assertThat(root.resolve("layers/lyy.json")).doesNotExist();
        assertThat(root.resolve("blobs/sha256/" + "0".repeat(64))).doesNotExist();
    }

    @Test
    void aFailingImportLeavesNothing() throws IOException {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the other side went away");
            }
        };
        assertThatThrownBy(() -> store.importTar(broken, NewImage.named(null)))
                .hasMessageContaining("the other side went away");
        assertThat(scratch.resolve("store/staging")).isEmptyDirectory();
    }

    @Test
    void skopeoReadsAndWritesTheLayout() throws Exception {
        Path skopeo = Lab.tool("skopeo");
        Lab.makeRoot(scratch.resolve("root"));
        Image image = store.importFolder(
                scratch.resolve("root"),
                new NewImage(
                        Reference.parse("localhost:5000/my/box:1"),
                        new ExecutionConfig(
                                null,
                                null,
                                List.of("A=b"),
                                null,
                                List.of("sh"),
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null,
                                null),
                        "me",
                        "a message",
                        ""));
        String layout = "oci:" + scratch.resolve("store");
        String name = layout + ":localhost:5000/my/box:1";
        assertThat(Lab.run(skopeo, "inspect", "--config", name))
                .contains("\"A=b\"", image.layers().getFirst().diffId().toString());
        Lab.run(skopeo, "--insecure-policy", "copy", name, "docker-archive:" + scratch.resolve("image.tar") + ":box:1");
        assertThat(Lab.shell(scratch, "tar -xOf image.tar manifest.json"))
                .contains(image.id().hex());
        // and back, compressed anew, under another name
        Lab.run(
                skopeo,
                "--insecure-policy",
                "copy",
                "--dest-compress",
                "docker-archive:" + scratch.resolve("image.tar"),
                layout + ":docker.io/library/copied:latest");
        store.close();
        store = ImageStore.open(scratch.resolve("store"));
        Image copied = store.resolve("copied");
        assertThat(copied.layers()).isEqualTo(image.layers());
        assertThat(copied.config().execution().cmd()).containsExactly("sh");
        // without its unpacked layer it is unpacked again from the blob
        Path layer = copied.layers().getFirst().folder();
        store.close();
        Files.delete(layer.resolveSibling(layer.getFileName() + ".json"));
        store = ImageStore.open(scratch.resolve("store"));
        try (RootView view = store.view(store.resolve("copied"))) {
            assertThat(Trees.names(view.root())).contains("bin", "odd name");
        }
    }

    @Test
    void aNameMovesToTheNewImage() throws IOException {
        Image one = make("a", "1");
        Image two = make("a", "2");
        assertThat(store.resolve("a").id()).isEqualTo(two.id());
        assertThat(store.resolve(one.id().hex()).names()).isEmpty();
        assertThat(store.list()).hasSize(4);
        assertThat(store.remove(one.id().hex(), false, true, NOBODY)).hasSize(2);
    }

    @Test
    void hostIsAlwaysThereAndCannotGo() {
        Image host = store.resolve("host");
        assertThat(host.onHost()).isTrue();
        assertThat(host.config().execution().cmd()).containsExactly("/bin/sh");
        assertThatThrownBy(() -> store.remove("host", true, true, NOBODY)).hasMessageContaining("cannot be removed");
        assertThatThrownBy(() -> store.tag("host", Reference.parse("x"))).isInstanceOf(ImageException.class);
        assertThatThrownBy(() -> store.importTar(
                        new ByteArrayInputStream("x".getBytes(StandardCharsets.UTF_8)),
                        NewImage.named(Reference.parse("host:1"))))
                .hasMessageContaining("the name host is taken");
    }
}
