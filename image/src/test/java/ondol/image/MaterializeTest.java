package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roots as plain folders, where overlays are not to be had. */
class MaterializeTest {
    private static final String LIST =
            "find . -mindepth 1 -printf '%p %y %m %U %G %s %n %T@ %l\\n' | grep -v '^[.]/[^ ]* d' | sort; find . -type d -printf '%p %m %U\\n' | sort";

    @TempDir
    Path scratch;

    private ImageStore store;
    private Image image;

    @BeforeEach
    void open() throws Exception {
        Lab.needRoot();
        store = ImageStore.open(scratch.resolve("store"));
        Image base = store.importFolder(Lab.makeRoot(scratch.resolve("root")), NewImage.named(Reference.parse("box")));
        Snapshot upper = store.snapshots().create("below", base);
        // a layer with what layers can say: gone, opaque, replaced, linked
        Lab.shell(upper.upper(), """
                mkdir etc deep; cp -p ../../../layers/l1/etc/passwd etc/passwd; ln etc/passwd etc/other
                mknod etc/group c 0 0; printf y >deep/y
                printf f >lib; chown 5:6 lib
                """);
        try (ondol.linux.Descriptor open =
                ondol.linux.Files.open(upper.upper().toString(), ondol.linux.Files.O_DIRECTORY)) {
            Overlays.setOpaque(open, "deep");
        }
        image = store.commit(upper.upper(), base, NewImage.named(Reference.parse("two")));
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aCopyIsWhatAnOverlayShows() throws Exception {
        Snapshot snapshot = store.snapshots().create("c1", image);
        assertThat(snapshot.copy()).isNull();
        Path shown = scratch.resolve("shown");
        Files.createDirectory(shown);
        String[] overlay = new String[1];
        Lab.inMountNamespace(snapshot.layers().folder(), () -> {
            ondol.linux.Mounts.mount(
                    "overlay",
                    shown.toString(),
                    "overlay",
                    0,
                    "lowerdir=" + snapshot.layers().lowerdir());
            overlay[0] = Lab.shell(shown, LIST);
        });
        Snapshot copied = store.snapshots().materialize("c1");
        assertThat(copied.copy()).isNotNull();
        assertThat(Lab.shell(Objects.requireNonNull(copied.copy()), LIST)).isEqualTo(overlay[0]);
        assertThat(store.snapshots().materialize("c1")).isEqualTo(copied);
        assertThat(Changes.of(copied)).isEmpty();
    }

    @Test
    void changesOfACopyAreCommitted() throws Exception {
        store.snapshots().create("c1", image);
        Snapshot copied = store.snapshots().materialize("c1");
        Lab.shell(
                Objects.requireNonNull(copied.copy()),
                "rm etc/other; printf z >etc/new; ln etc/new etc/newer; rm -r deep; mkdir -p opt/a");
        assertThat(Changes.of(copied).stream().map(c -> c.kind().letter() + " " + c.path()))
                .containsExactly(
                        "D /deep", "C /etc", "A /etc/new", "A /etc/newer", "D /etc/other", "A /opt", "A /opt/a");
        Image made = store.snapshots()
                .withUpper(copied, upper -> store.commit(upper, image, NewImage.named(Reference.parse("three"))));
        store.snapshots().create("c2", made);
        Snapshot again = store.snapshots().materialize("c2");
        assertThat(Lab.shell(Objects.requireNonNull(again.copy()), LIST))
                .isEqualTo(Lab.shell(Objects.requireNonNull(copied.copy()), LIST));
        assertThat(scratch.resolve("store/staging")).isEmptyDirectory();
        assertThat(store.snapshots().usage("c1")).isPositive();
    }

    @Test
    void theMachinesOwnFilesAreNotCopied() {
        store.snapshots().create("c1", store.resolve("host"));
        assertThatThrownBy(() -> store.snapshots().materialize("c1")).hasMessageContaining("machine's own files");
    }
}
