package ondol.engine.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left of others: files that cannot be deleted, and engines that must not be taken for dead. */
@Timeout(60)
class LeftoversTest {
    @TempDir
    Path folder;

    @Test
    void anEngineBeginsBesideFilesThatCannotBeDeleted() throws Exception {
        try (Rooms rooms = new Rooms(folder)) {
            Path removed = Files.createDirectories(rooms.dataRoot().resolve("trash/removed"));
            Path half = Files.createDirectories(rooms.dataRoot().resolve("containers/half"));
            for (Path left : new Path[] {removed, half}) {
                immutable("+i", Files.writeString(left.resolve("hosts"), ""));
            }
            try {
                rooms.restart();
                assertThat(rooms.engine.containers().list()).isEmpty();
            } finally {
                immutable("-i", removed.resolve("hosts"));
                immutable("-i", half.resolve("hosts"));
            }
            rooms.restart();
            assertThat(removed).doesNotExist();
            assertThat(half).doesNotExist();
        }
    }

    private static void immutable(String change, Path file) throws Exception {
        try {
            Process chattr = new ProcessBuilder("chattr", change, file.toString()).start();
            assumeTrue(chattr.waitFor() == 0, "needs a filesystem with immutable files");
        } catch (IOException e) {
            assumeTrue(false, "needs chattr (package e2fsprogs)");
        }
    }

    @Test
    void anEngineRunsWhateverElseItOpensAndCloses() throws Exception {
        Files.writeString(folder.resolve("id"), "feedbeef00000000");
        Deque<FileChannel> others = new ArrayDeque<>();
        for (int i = 0; i < 100; i++) {
            others.add(other());
        }
        AtomicBoolean over = new AtomicBoolean();
        try (FileChannel lock =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Thread busy = Thread.ofPlatform().start(() -> {
                while (!over.get()) {
                    try {
                        others.removeFirst().close();
                        others.addLast(other());
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            });
            try {
                for (int i = 0; i < 30; i++) {
                    assertThat(Leftovers.running()).contains("feedbeef");
                }
            } finally {
                over.set(true);
                busy.join();
            }
            assertThat(lock.isOpen()).isTrue();
        }
        for (FileChannel other : others) {
            other.close();
        }
    }

    private FileChannel other() throws IOException {
        return FileChannel.open(folder.resolve("id"), StandardOpenOption.READ);
    }
}
