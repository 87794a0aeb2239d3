package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCheckTest {
    @TempDir
    Path scratch;

    private ImageStore store;
    private Image image;

    @BeforeEach
    void open() throws Exception {
        Lab.needRoot();
        store = ImageStore.open(scratch.resolve("store"));
        image = store.importFolder(Lab.makeRoot(scratch.resolve("root")), NewImage.named(Reference.parse("a")));
        store.snapshots().create("c1", image);
        assertThat(store.check().findings()).isEmpty();
    }

    private List<String> findings() {
        return store.check().findings();
    }

    private Path layer() {
        return image.layers().getFirst().folder();
    }

    private Path blob() {
        return scratch.resolve(
                "store/blobs/sha256/" + image.layers().getFirst().diffId().hex());
    }

    @Test
    void aDamagedContentIsFound() throws IOException {
        byte[] bytes = Files.readAllBytes(blob());
        bytes[bytes.length / 2] ^= 1;
        Files.write(blob(), bytes);
        assertThat(findings()).anyMatch(text -> text.contains("has other bytes than its digest says"));
    }

    @Test
    void aShortContentIsFound() throws IOException {
        Files.write(blob(), new byte[10]);
        assertThat(findings()).anyMatch(text -> text.contains("has 10 bytes and not"));
    }

    @Test
    void aChangedLayerIsFound() throws IOException {
        Files.writeString(layer().resolve("etc/passwd"), "x");
        Files.delete(layer().resolve("lib"));
        assertThat(findings())
                .anyMatch(text -> text.contains("\"etc/passwd\" has 1 bytes"))
                .anyMatch(text -> text.contains("\"lib\" is missing"));
    }

    @Test
    void whatNothingRefersToIsFound() throws IOException {
        Files.writeString(scratch.resolve("store/blobs/sha256/" + "0".repeat(64)), "");
        Files.createDirectory(scratch.resolve("store/layers/lzz"));
        Files.writeString(scratch.resolve("store/staging/x"), "");
        assertThat(findings()).hasSize(4).anyMatch(text -> text.contains("lzz is left over"));
    }

    @Test
    void aNameThatLeadsNowhereIsFound() throws IOException {
        Path index = scratch.resolve("store/index.json");
        List<String> found = List.of();
        // the store writes the index once more behind the import's answer: then it is damaged again
        for (int i = 0; i < 100 && found.isEmpty(); i++) {
            Files.writeString(index, Files.readString(index).replace("library/a:latest", "library/b:latest"));
            found = findings();
        }
        assertThat(found)
                .anyMatch(text -> text.contains("library/b:latest in the index leads to no image"))
                .anyMatch(text -> text.contains("library/a:latest is not in the index"));
    }

    @Test
    void aMissingLayerIsFound() {
        ondol.linux.Files.renameat2(
                folder("layers"), LayerStore.name(image.layers().getFirst()), folder(""), "away", 0);
        assertThat(findings()).anyMatch(text -> text.contains("the snapshot c1 stands on"));
    }

    private ondol.linux.Descriptor folder(String name) {
        return ondol.linux.Files.open(scratch.resolve("store").resolve(name).toString(), ondol.linux.Files.O_DIRECTORY);
    }
}
