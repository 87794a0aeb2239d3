package ondol.image.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import ondol.image.ImageException;
import ondol.image.ImageStore;
import ondol.image.TarEntry;
import ondol.image.TarWriter;
import ondol.linux.Call;
import ondol.linux.Kernel;
import ondol.oci.image.Digest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives that lie: each is refused in a sentence, and nothing of it stays. */
class HostileArchiveTest {
    @TempDir
    Path scratch;

    private ImageStore store;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarWriter tar = new TarWriter(bytes);

    @BeforeEach
    void open() {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "needs root");
        store = ImageStore.open(scratch.resolve("store"));
    }

    @AfterEach
    void close() {
        assertThat(store.list()).hasSize(2);
        assertThat(store.check().findings()).isEmpty();
        store.close();
    }

    private HostileArchiveTest add(String name, byte[] content) throws IOException {
        tar.put(TarEntry.file(name, content.length));
        tar.write(content, 0, content.length);
        return this;
    }

    private HostileArchiveTest add(String name, String content) throws IOException {
        return add(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private void link(TarEntry.Type type, String name, String target) throws IOException {
        tar.put(new TarEntry(type, name, target, 0644, 0, 0, 0, 0, 0, 0, 0, Map.of(), List.of()));
    }

    private void refused(String sentence) throws IOException {
        tar.finish();
        assertThatThrownBy(() -> ArchiveReader.read(
                        store, new ByteArrayInputStream(bytes.toByteArray()), null, LoadProgress.NONE))
                .hasMessageContaining(sentence)
                .isInstanceOfSatisfying(
                        ImageException.class, e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.INVALID));
    }

    /** A layer of one file. */
    private static byte[] layer(String name) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter layer = new TarWriter(out);
        layer.put(TarEntry.file(name, 1));
        layer.write(new byte[] {'x'}, 0, 1);
        layer.finish();
        return out.toByteArray();
    }

    private static String config(byte[]... layers) {
        StringBuilder diffIds = new StringBuilder();
        for (byte[] layer : layers) {
            diffIds.append(diffIds.isEmpty() ? "" : ",")
                    .append('"')
                    .append(Digest.of(layer))
                    .append('"');
        }
        return "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[%s]}}"
                .formatted(diffIds);
    }

    private static final String LIST = "[{\"Config\":\"c.json\",\"RepoTags\":[\"a:1\"],\"Layers\":[\"l.tar\"]}]";

    @Test
    void aNameThatLeadsOut() throws IOException {
        add("../../etc/passwd", "x").refused("leads out of it");
    }

    @Test
    void anAbsoluteName() throws IOException {
        add("/etc/passwd", "x").refused("is no path inside of it");
    }

    @Test
    void aLinkThatLeadsOut() throws IOException {
        link(TarEntry.Type.SYMLINK, "l.tar", "../../../etc/shadow");
        refused("leads out of it");
    }

    @Test
    void linksInACircle() throws IOException {
        link(TarEntry.Type.SYMLINK, "l.tar", "m.tar");
        link(TarEntry.Type.SYMLINK, "m.tar", "l.tar");
        add("c.json", config(layer("f"))).add("manifest.json", LIST).refused("a link that leads nowhere");
    }

    @Test
    void aDevice() throws IOException {
        link(TarEntry.Type.CHARACTER_DEVICE, "l.tar", "");
        refused("is a device");
    }

    @Test
    void aMissingLayer() throws IOException {
        add("c.json", config(layer("f"))).add("manifest.json", LIST).refused("it has no \"l.tar\"");
    }

    @Test
    void aLayerThatIsNone() throws IOException {
        add("l.tar", "text")
                .add("c.json", config(layer("f")))
                .add("manifest.json", LIST)
                .refused("is no layer");
    }

    @Test
    void aLayerThatIsHostile() throws IOException {
        byte[] hostile = layer("../out");
        add("l.tar", hostile)
                .add("c.json", config(hostile))
                .add("manifest.json", LIST)
                .refused("is no layer");
    }

    @Test
    void anotherDiffId() throws IOException {
        add("l.tar", layer("f")).add("c.json", config(layer("g"))).add("manifest.json", LIST);
        refused("are not those of its diff id");
    }

    @Test
    void theDiffIdOfAnotherLayerThatIsThere() throws IOException {
        byte[] known = layer("g");
        add("k.tar", known)
                .add("l.tar", layer("f"))
                .add("c.json", config(known))
                .add("manifest.json", LIST);
        refused("has other bytes than its diff id");
    }

    @Test
    void moreDiffIdsThanLayers() throws IOException {
        byte[] layer = layer("f");
        add("l.tar", layer).add("c.json", config(layer, layer)).add("manifest.json", LIST);
        refused("different numbers of layers");
    }

    @Test
    void aBlobWithAnothersDigest() throws IOException {
        add("blobs/sha256/" + "0".repeat(64), "x").refused("has the digest sha256:");
    }

    @Test
    void aBlobOfNoDigest() throws IOException {
        add("blobs/sha256/xyz", "x").refused("is no digest");
    }

    @Test
    void aListThatIsTooLarge() throws IOException {
        add("manifest.json", new byte[9 << 20]).refused("more than 8388608 bytes");
    }

    @Test
    void aListThatIsNone() throws IOException {
        add("manifest.json", "<html>").refused("manifest.json cannot be read");
    }

    @Test
    void aListThatIsNestedTooDeep() throws IOException {
        add("manifest.json", "[".repeat(100_000)).refused("nested more than");
    }

    @Test
    void aConfigurationThatIsNone() throws IOException {
        add("l.tar", layer("f")).add("c.json", "[1]").add("manifest.json", LIST).refused("cannot be read");
    }

    @Test
    void aNameThatIsNone() throws IOException {
        byte[] layer = layer("f");
        add("l.tar", layer).add("c.json", config(layer)).add("manifest.json", LIST.replace("a:1", "A B"));
        refused("invalid reference format");
    }

    @Test
    void theNameOfTheMachine() throws IOException {
        byte[] layer = layer("f");
        add("l.tar", layer).add("c.json", config(layer)).add("manifest.json", LIST.replace("a:1", "host:1"));
        refused("the name host is taken");
    }

    @Test
    void theSecondImageIsBadSoTheFirstIsNotThereEither() throws IOException {
        byte[] layer = layer("f");
        add("l.tar", layer).add("c.json", config(layer)).add("d.json", config(layer("g")));
        add("manifest.json", LIST.replace("]}]", "]},{\"Config\":\"d.json\",\"RepoTags\":[],\"Layers\":[\"l.tar\"]}]"));
        refused("are not those of its diff id");
    }

    @Test
    void anIndexThatSaysAnotherSize() throws IOException {
        byte[] manifest = "{\"schemaVersion\":2}".getBytes(StandardCharsets.UTF_8);
        Digest digest = Digest.of(manifest);
        add("blobs/sha256/" + digest.hex(), manifest);
        add(
                "index.json",
                "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\",\"size\":7}]}"
                        .formatted(digest));
        refused("and not the 7 that its index says");
    }

    @Test
    void anIndexOfItself() throws IOException {
        // an index cannot hold its own digest, so a chain stands for it
        String inner = "{\"schemaVersion\":2,\"manifests\":[]}";
        for (int i = 0; i < 5; i++) {
            byte[] document = inner.getBytes(StandardCharsets.UTF_8);
            add("blobs/sha256/" + Digest.of(document).hex(), document);
            inner =
                    "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"digest\":\"%s\",\"size\":%d}]}"
                            .formatted(Digest.of(document), document.length);
        }
        add("index.json", inner).refused("nested more than 3 deep");
    }

    @Test
    void noArchiveOfImages() throws IOException {
        add("etc/passwd", "x").refused("a tar of a root is for import");
    }
}
