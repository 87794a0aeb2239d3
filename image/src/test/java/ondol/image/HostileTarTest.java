package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostileTarTest {
    @TempDir
    Path scratch;

    private ImageStore store;

    @BeforeEach
    void open() {
        Lab.needRoot();
        store = ImageStore.open(scratch.resolve("store"), new TarLimits(64 << 20, 1000));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static TarEntry entry(TarEntry.Type type, String name, String link, Map<String, byte[]> xattrs) {
        return new TarEntry(type, name, link, 0755, 0, 0, 0, 1, 0, 1, 3, xattrs, List.of());
    }

    private static TarEntry entry(TarEntry.Type type, String name, String link) {
        return entry(type, name, link, Map.of());
    }

    private static byte[] tar(TarEntry... entries) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        for (TarEntry entry : entries) {
            writer.put(entry);
            writer.write(new byte[(int) entry.size()], 0, (int) entry.size());
        }
        writer.finish();
        return out.toByteArray();
    }

    private Path lay(TarEntry... entries) throws IOException {
        return lay(tar(entries));
    }

    private Path lay(byte[] tar) {
        return store.importTar(new ByteArrayInputStream(tar), NewImage.named(null))
                .layers()
                .getFirst()
                .folder();
    }

    private void refused(String sentence, TarEntry... entries) throws IOException {
        byte[] tar = tar(entries);
        assertThatThrownBy(() -> lay(tar)).isInstanceOf(ImageException.class).hasMessageContaining(sentence);
        assertNothingLeft();
    }

    private void assertNothingLeft() throws IOException {
        try (var files = Files.list(scratch.resolve("store/staging"))) {
            assertThat(files).isEmpty();
        }
        assertThat(store.list()).hasSize(2);
    }

    @Test
    void namesThatLeadOutsideAreRefused() throws IOException {
        refused("..", entry(TarEntry.Type.FILE, "../x", ""));
        refused("..", entry(TarEntry.Type.FILE, "a/../../x", ""));
        refused("..", entry(TarEntry.Type.HARD_LINK, "x", "../../index.json"));
        refused("not in it before", entry(TarEntry.Type.HARD_LINK, "x", "/etc/passwd"));
        refused("more than 4095 bytes", entry(TarEntry.Type.FILE, "a/".repeat(3000) + "x", ""));
        refused("cannot lay out", entry(TarEntry.Type.FILE, "a".repeat(300), ""));
        refused(
                "0:0",
                new TarEntry(TarEntry.Type.CHARACTER_DEVICE, "d", "", 0, 0, 0, 0, 0, 0, 0, 0, Map.of(), List.of()));
        refused("whiteout", entry(TarEntry.Type.FILE, ".wh..", ""));
        refused("no folder", entry(TarEntry.Type.FILE, "a", ""), entry(TarEntry.Type.FILE, "a/b", ""));
        refused("link", entry(TarEntry.Type.SYMLINK, "a", ""));
    }

    @Test
    void linksLeadNowhereOutside() throws IOException {
        Path outside = Files.createDirectory(scratch.resolve("outside"));
        Path folder = lay(
                entry(TarEntry.Type.SYMLINK, "out", outside.toString()),
                entry(TarEntry.Type.SYMLINK, "up", "../../../../../../.."),
                entry(TarEntry.Type.FOLDER, "up/made", ""),
                entry(TarEntry.Type.FILE, "/absolute", ""),
                entry(TarEntry.Type.FOLDER, outside.toString(), ""),
                entry(TarEntry.Type.FILE, "out/file", ""));
        assertThat(outside).isEmptyDirectory();
        assertThat(folder.resolve("made")).isDirectory();
        assertThat(folder.resolve("absolute")).exists();
        assertThat(folder.resolve(outside.toString().substring(1) + "/file")).exists();
    }

    @Test
    void aLinkInThePlaceOfAFileIsReplacedNotFollowed() throws IOException {
        Path victim = Files.writeString(scratch.resolve("victim"), "safe");
        Path folder = lay(
                entry(TarEntry.Type.SYMLINK, "x", victim.toString()),
                entry(TarEntry.Type.FILE, "x", ""),
                entry(TarEntry.Type.FOLDER, "d", ""),
                entry(TarEntry.Type.FILE, "d/e", ""),
                entry(TarEntry.Type.SYMLINK, "d", "/"),
                entry(TarEntry.Type.FILE, "d/f", ""));
        assertThat(victim).hasContent("safe");
        assertThat(Files.isRegularFile(folder.resolve("x"), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThat(folder.resolve("f")).exists();
        assertThat(Files.isSymbolicLink(folder.resolve("d"))).isTrue();
    }

    @Test
    void whiteoutsBecomeTheOverlaysAndItsOwnAttributesAreDropped() throws IOException {
        Path folder = lay(
                entry(TarEntry.Type.FILE, "a/.wh.gone", ""),
                entry(TarEntry.Type.FILE, "b/.wh..wh..opq", ""),
                entry(TarEntry.Type.FILE, ".wh..wh.plnk", ""),
                entry(TarEntry.Type.FILE, ".wh.c", ""),
                entry(TarEntry.Type.FOLDER, "c", ""),
                entry(
                        TarEntry.Type.FOLDER,
                        "d",
                        "",
                        Map.of(Overlays.REDIRECT, new byte[] {'/'}, "user.a", new byte[1])));
        try (var open = ondol.linux.Files.open(folder.toString(), ondol.linux.Files.O_DIRECTORY)) {
            assertThat(Trees.names(open)).containsExactly("a", "b", "c", "d");
            try (var a = ondol.linux.Files.openName(open, "a", ondol.linux.Files.O_DIRECTORY)) {
                assertThat(ondol.linux.Files.lstat(a, "gone").isWhiteout()).isTrue();
            }
            assertThat(ondol.linux.Xattr.get(open, "b", Overlays.OPAQUE)).containsExactly('y');
            assertThat(ondol.linux.Xattr.get(open, "c", Overlays.OPAQUE)).containsExactly('y');
            assertThat(ondol.linux.Xattr.list(open, "d")).containsExactly("user.a");
        }
    }

    @Test
    void absurdSizesAndCountsAreRefused() throws IOException {
        TarEntry[] many = new TarEntry[1001];
        for (int i = 0; i < many.length; i++) {
            many[i] = entry(TarEntry.Type.FILE, "f" + i, "");
        }
        refused("more than 1000 entries", many);
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(zipped)) {
            gzip.write(tar(
                    new TarEntry(TarEntry.Type.FILE, "bomb", "", 0, 0, 0, 65 << 20, 0, 0, 0, 0, Map.of(), List.of())));
        }
        assertThatThrownBy(() -> lay(zipped.toByteArray())).hasMessageContaining("bytes together");
        byte[] longName = tar(entry(TarEntry.Type.FILE, "x", ""));
        longName[156] = 'L';
        System.arraycopy("77777777777\0".getBytes(StandardCharsets.UTF_8), 0, longName, 124, 12);
        fixSum(longName);
        assertThatThrownBy(() -> lay(longName)).hasMessageContaining("headers take more than");
        assertNothingLeft();
    }

    private static void fixSum(byte[] block) {
        java.util.Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < 512; i++) {
            sum += block[i] & 0xff;
        }
        System.arraycopy("%06o\0".formatted(sum).getBytes(StandardCharsets.UTF_8), 0, block, 148, 7);
    }

    @Test
    void whatIsNoTarIsRefused() {
        for (byte[] bytes :
                List.of(new byte[0], new byte[] {1}, "x".repeat(2000).getBytes(StandardCharsets.UTF_8), new byte[] {
                    0x1f, (byte) 0x8b, 8, 0, 1
                })) {
            assertThatThrownBy(() -> lay(bytes))
                    .isInstanceOfSatisfying(
                            ImageException.class, e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.INVALID));
        }
    }

    /** Damage anywhere gives an image or a sentence, and never a file outside. */
    @Test
    void damagedTarsAreReadOrRefused() throws IOException {
        Random random = new Random(7);
        byte[] good = tar(
                entry(TarEntry.Type.FOLDER, "a", "", Map.of("user.x", new byte[] {1, 2})),
                new TarEntry(TarEntry.Type.FILE, "a/é", "", 0644, 1, 1, 700, 1, 5, 0, 0, Map.of(), List.of()),
                entry(TarEntry.Type.SYMLINK, "a/l", "é"),
                entry(TarEntry.Type.HARD_LINK, "h", "a/é"),
                entry(TarEntry.Type.FIFO, "p", ""));
        int read = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] bad = good.clone();
            int block = random.nextInt(good.length / 512) * 512;
            for (int hits = random.nextInt(6); hits >= 0; hits--) {
                bad[block + random.nextInt(512)] =
                        (byte) (random.nextBoolean() ? random.nextInt() : "0179/.xgLKS5\0".charAt(random.nextInt(13)));
            }
            byte[] header = java.util.Arrays.copyOfRange(bad, block, block + 512);
            fixSum(header);
            System.arraycopy(header, 0, bad, block, 512);
            if (random.nextInt(8) == 0) {
                bad = java.util.Arrays.copyOf(bad, random.nextInt(bad.length));
            }
            byte[] damaged = bad;
            Path folder = Files.createDirectory(scratch.resolve("store/" + i));
            try (var open = ondol.linux.Files.open(folder.toString(), ondol.linux.Files.O_DIRECTORY);
                    TreeWriter writer =
                            new TreeWriter(open, "", TreeWriter.Options.LAYER, new TarLimits(1 << 20, 100))) {
                writer.addAll(new TarReader(new ByteArrayInputStream(damaged)));
                read++;
            } catch (ImageException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(read).isPositive();
        try (var files = Files.list(scratch)) {
            assertThat(files).hasSize(1);
        }
    }
}
