package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a machine that stopped before all was on disk leaves: made here by damaging files and changing the boot. */
class PowerCutTest {
    @TempDir
    Path scratch;

    @BeforeEach
    void needRoot() {
        Lab.needRoot();
    }

    private Image make(ImageStore store, String name) throws IOException {
        Path root = Files.createDirectories(scratch.resolve("root"));
        Files.writeString(root.resolve("file"), "content of " + name);
        return store.importFolder(root, NewImage.named(Reference.parse(name)));
    }

    /** The index as it was before the images were synced, in another boot. */
    private void cut() throws IOException {
        Path index = scratch.resolve("store/index.json");
        String json = Files.readString(index);
        String mark = "\"%s\":\"%s\"".formatted(Layout.UNSYNCED, UUID.randomUUID());
        Files.writeString(
                index,
                json.contains(Layout.UNSYNCED)
                        ? json.replaceAll("\"" + Layout.UNSYNCED + "\":\"[^\"]*\"", mark)
                        : json.replace("\"annotations\":{", "\"annotations\":{" + mark + ","));
    }

    @Test
    void halfALayerIsLaidOutAnewInItsFolder() throws IOException {
        Path root = scratch.resolve("store");
        Image image;
        try (ImageStore store = ImageStore.open(root)) {
            image = make(store, "a");
            store.snapshots().create("c1", image);
        }
        Path file = image.layers().getFirst().folder().resolve("file");
        Files.writeString(file, "");
        cut();
        try (ImageStore store = ImageStore.open(root)) {
            assertThat(store.resolve("a").layers()).isEqualTo(image.layers());
            assertThat(file).hasContent("content of a");
            assertThat(store.check().findings()).isEmpty();
        }
    }

    @Test
    void anImageWhoseContentIsHalfIsGone() throws IOException {
        Path root = scratch.resolve("store");
        Image image;
        try (ImageStore store = ImageStore.open(root)) {
            image = make(store, "a");
        }
        Path blob = root.resolve(
                "blobs/sha256/" + image.layers().getFirst().diffId().hex());
        byte[] bytes = Files.readAllBytes(blob);
        Files.write(blob, new byte[bytes.length]);
        cut();
        try (ImageStore store = ImageStore.open(root)) {
            assertThatThrownBy(() -> store.resolve("a")).hasMessageContaining("No such image");
            make(store, "b");
            assertThat(store.check().findings()).isEmpty();
        }
    }
}
