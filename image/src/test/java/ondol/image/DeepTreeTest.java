package ondol.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.Stat;
import ondol.oci.image.Reference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trees as deep as a container likes cost neither stack nor descriptors, and what no path can name is refused. */
class DeepTreeTest {
    private static final String TOO_DEEP = "lies deeper than a path can name";
    /** Three steps of a recursion for each of 2000 levels would not fit into so many bytes. */
    private static final long STACK = 192 << 10;

    @TempDir
    Path scratch;

    private ImageStore store;
    private Image image;
    private Snapshot snapshot;

    @BeforeEach
    void open() throws Exception {
        Lab.needRoot();
        store = ImageStore.open(scratch.resolve("store"));
        image = store.importFolder(Lab.makeRoot(scratch.resolve("root")), NewImage.named(Reference.parse("box")));
        snapshot = store.snapshots().create("c1", image);
    }

    @AfterEach
    void close() {
        store.snapshots().remove("c1");
        store.close();
        try (Descriptor above = open(scratch)) { // what JUnit deletes it names by its whole path
            Trees.delete(above, "store");
            Trees.delete(above, "copy");
        }
    }

    private static Descriptor open(Path path) {
        return Files.open(path.toString(), Files.O_DIRECTORY);
    }

    /** Folders named d, one in the other, and in the last one a file with two names. */
    private static void deepen(Path top, int levels) {
        Descriptor at = open(top);
        for (int i = 0; i < levels; i++) {
            try (Descriptor above = at) {
                Files.mkdirat(above, "d", 0755);
                at = Files.openName(above, "d", Files.O_DIRECTORY);
            }
        }
        try (Descriptor last = at) {
            Files.mknodat(last, "f", Files.S_IFREG | 0640, 0, 0);
            Files.linkat(last, "f", last, "g");
        }
    }

    private static int depth(Path top) {
        int depth = 0;
        try (WalkedFolders at = new WalkedFolders(open(top), WalkedFolders.READ)) {
            for (Stat stat = Files.lstatIfThere(at.here(), "d"); stat != null; depth++) {
                at.enter("d");
                stat = Files.lstatIfThere(at.here(), "d");
            }
            Stat file = Files.lstat(at.here(), "f");
            assertThat(file.inode()).isEqualTo(Files.lstat(at.here(), "g").inode());
            for (int i = 0; i < depth; i++) {
                at.leave();
            }
            assertThat(Files.lstatIfThere(at.here(), "d")).isNotNull();
        }
        return depth;
    }

    private static int descriptors() {
        try (Descriptor open = open(Path.of("/proc/self/fd"))) {
            return Files.list(open).size();
        }
    }

    private static <T> T onLittleStack(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = new Thread(null, task, "little", STACK);
        thread.start();
        try {
            return task.get();
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof Exception known) {
                throw known;
            }
            throw new AssertionError(e.getCause());
        }
    }

    @Test
    void whatAPathCanNameIsToldCommittedAndWritten() throws Exception {
        int levels = Files.PATH_MAX / 2 - 3;
        deepen(snapshot.upper(), levels);
        assertThat(onLittleStack(() -> Changes.of(snapshot))).hasSize(levels + 2);
        Image committed =
                onLittleStack(() -> store.commit(snapshot.upper(), image, NewImage.named(Reference.parse("deep"))));
        assertThat(depth(committed.layers().getLast().folder())).isEqualTo(levels);
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        try (Descriptor upper = open(snapshot.upper())) {
            onLittleStack(() -> {
                Tars.write(upper, tar);
                return true;
            });
        }
        assertThat(tar.size()).isGreaterThan(levels * 1024);
    }

    @Test
    void whatIsDeeperIsRefusedAndNothingIsHalfThere() throws Exception {
        deepen(snapshot.upper(), 5000);
        int before = descriptors();
        int images = store.list().size();
        assertThatThrownBy(() -> onLittleStack(() -> Changes.of(snapshot)))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(TOO_DEEP);
        assertThatThrownBy(() -> onLittleStack(
                        () -> store.commit(snapshot.upper(), image, NewImage.named(Reference.parse("deep")))))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(TOO_DEEP);
        try (Descriptor upper = open(snapshot.upper())) {
            assertThatThrownBy(() -> onLittleStack(() -> {
                        Tars.write(upper, OutputStream.nullOutputStream());
                        return true;
                    }))
                    .isInstanceOf(ImageException.class)
                    .hasMessageContaining(TOO_DEEP);
        }
        assertThat(store.list()).hasSize(images);
        // the thread that deletes what was half there has some as long as that takes
        for (int tries = 0; descriptors() > before && tries < 200; tries++) {
            Thread.sleep(50);
        }
        assertThat(descriptors()).isLessThanOrEqualTo(before);
    }

    @Test
    void aCopyIsAsDeepAsItsLayer() throws Exception {
        deepen(snapshot.upper(), 5000);
        Path copy = java.nio.file.Files.createDirectory(scratch.resolve("copy"));
        try (Descriptor from = open(snapshot.upper());
                Descriptor to = open(copy)) {
            int before = descriptors();
            onLittleStack(() -> {
                LayerCopy.apply(from, to);
                return true;
            });
            assertThat(descriptors()).isEqualTo(before);
        }
        assertThat(depth(copy)).isEqualTo(5000);
    }
}
