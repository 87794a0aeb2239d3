package ondol.engine.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import ondol.engine.LogOptions;
import ondol.engine.Output;
import ondol.engine.OutputReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogReaderTest {
    private static final long LARGE = 1 << 30;

    @TempDir
    private Path root;

    private LogFolder folder;

    @BeforeEach
    void nameFolder() {
        folder = new LogFolder(root.resolve("logs"));
    }

    private static LogOptions tail(int lines) {
        return new LogOptions(true, true, null, null, lines, false);
    }

    private static final LogOptions FOLLOW = new LogOptions(true, true, null, null, -1, true);

    private List<Output> lines(LogOptions options) throws InterruptedException {
        try (LogReader reader = LogReader.lines(folder, options, null)) {
            return all(reader);
        }
    }

    private static List<Output> all(OutputReader reader) throws InterruptedException {
        List<Output> all = new ArrayList<>();
        for (Output output = reader.next(); output != null; output = reader.next()) {
            all.add(output);
        }
        return all;
    }

    private static List<String> shown(List<Output> outputs) {
        return outputs.stream()
                .map(output -> (output.error() ? "E" : "O") + (output.partial() ? "+" : " ") + text(output))
                .toList();
    }

    private static String text(@Nullable Output output) {
        return new String(Objects.requireNonNull(output).bytes(), StandardCharsets.UTF_8);
    }

    private static long time(Output output) {
        return LogReader.nanoseconds(output.time());
    }

    @Test
    void framesAreCutIntoLinesPerStreamWithTheTimeOfTheirBegin() throws Exception {
        try (TestWriter writer = new TestWriter(folder, LARGE, 1)) {
            writer.time = 100;
            writer.out("a\nb").err("x").out("c\n\nd").err("y\nz").out("e");
        }
        List<Output> lines = lines(tail(-1));
        assertThat(shown(lines)).containsExactly("O a\n", "O bc\n", "O \n", "E xy\n", "O de", "E z");
        assertThat(lines.stream().map(LogReaderTest::time)).containsExactly(100L, 100L, 102L, 101L, 102L, 103L);
    }

    @Test
    void aLongLineComesInPieces() throws Exception {
        byte[] line = "0123456789abcdef".repeat(2500).getBytes(StandardCharsets.UTF_8);
        line[line.length - 1] = '\n';
        try (TestWriter writer = new TestWriter(folder, LARGE, 1)) {
            for (int i = 0; i < line.length; i += 1000) {
                writer.write(false, Arrays.copyOfRange(line, i, Math.min(line.length, i + 1000)));
            }
            writer.out("next\n");
        }
        List<Output> pieces = lines(tail(-1));
        assertThat(pieces.stream().map(piece -> piece.bytes().length)).containsExactly(16384, 16384, 7232, 5);
        assertThat(pieces.stream().map(Output::partial)).containsExactly(true, true, false, false);
        assertThat(pieces.stream().limit(3).map(Output::time).distinct()).hasSize(1);
        assertThat(shown(lines(tail(1)))).containsExactly("O next\n");
    }

    @Test
    void streamsAndTimesAreChosen() throws Exception {
        try (TestWriter writer = new TestWriter(folder, LARGE, 1)) {
            for (int i = 0; i < 10; i++) {
                writer.time = i * 1_000_000_000L;
                writer.write(i % 2 == 1, (i + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        assertThat(shown(lines(new LogOptions(true, false, null, null, -1, false))))
                .containsExactly("O 0\n", "O 2\n", "O 4\n", "O 6\n", "O 8\n");
        Instant since = Instant.ofEpochSecond(3);
        Instant until = Instant.ofEpochSecond(5);
        assertThat(shown(lines(new LogOptions(true, true, since, until, -1, false))))
                .containsExactly("E 3\n", "O 4\n", "E 5\n");
        assertThat(shown(lines(new LogOptions(false, true, null, null, 3, false))))
                .containsExactly("E 7\n", "E 9\n");
    }

    @Test
    void aTailOfAnyLengthIsTheEndOfTheWhole() throws Exception {
        Random random = new Random(7);
        try (TestWriter writer = new TestWriter(folder, 2_000_000, 4)) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 200_000; i++) {
                text.append("line ")
                        .append(i)
                        .append("x".repeat(random.nextInt(40)))
                        .append('\n');
                if (random.nextInt(3) == 0) {
                    int cut = random.nextInt(text.length() + 1);
                    writer.out(text.substring(0, cut));
                    text.delete(0, cut);
                }
            }
            writer.out(text + "unfinished");
        }
        List<String> whole = shown(lines(tail(-1)));
        assertThat(whole.size()).isGreaterThan(150_000);
        for (int n : new int[] {0, 1, 2, 10, 1000, 20_000, 54_321, 100_000, whole.size() - 1}) {
            assertThat(shown(lines(tail(n)))).as("tail %d", n).isEqualTo(whole.subList(whole.size() - n, whole.size()));
        }
        assertThat(shown(lines(tail(10_000_000)))).isEqualTo(whole);
    }

    @Test
    void aTornFrameAndTheFileOfAKilledWriterAreNoTrouble() throws Exception {
        try (TestWriter writer = new TestWriter(folder, LARGE, 5)) {
            writer.out("one\n");
            writer.append(TestWriter.frame(5, false, "torn\n".getBytes(StandardCharsets.UTF_8))
                    .slice(0, 18));
        }
        assertThat(shown(lines(tail(-1)))).containsExactly("O one\n");
        LogPosition end = folder.end();
        assertThat(end).isEqualTo(new LogPosition(1, 20));
        try (TestWriter writer = new TestWriter(folder, LARGE, 5)) {
            writer.out("two\n");
            writer.append(ByteBuffer.wrap("no frame at all, but long enough for one".getBytes(StandardCharsets.UTF_8)));
        }
        try (TestWriter writer = new TestWriter(folder, LARGE, 5)) {
            writer.err("three\n");
        }
        assertThat(shown(lines(tail(-1)))).containsExactly("O one\n", "O two\n", "E three\n");
        assertThat(shown(lines(tail(2)))).containsExactly("O two\n", "E three\n");
        try (LogReader reader = LogReader.raw(folder, end, null)) {
            assertThat(shown(all(reader))).containsExactly("O two\n", "E three\n");
        }
    }

    @Test
    void aFrameThatIsBeingWrittenIsWaitedFor() throws Exception {
        LogSignal signal = new LogSignal();
        try (TestWriter writer = new TestWriter(folder, LARGE, 5);
                LogReader reader = LogReader.raw(folder, folder.end(), signal)) {
            CompletableFuture<@Nullable Output> next = inBackground(reader);
            ByteBuffer frame = TestWriter.frame(5, true, "slow\n".getBytes(StandardCharsets.UTF_8));
            for (int i = 0; i < frame.limit(); i++) {
                assertThat(next).isNotDone();
                writer.append(frame.slice(i, 1));
                signal.appended();
            }
            assertThat(shown(List.of(next.get(10, TimeUnit.SECONDS)))).containsExactly("E slow\n");
            signal.end();
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void closingEndsAReaderThatWaits() throws Exception {
        new TestWriter(folder, LARGE, 5).out("one\n").close();
        LogReader reader = LogReader.lines(folder, FOLLOW, new LogSignal());
        assertThat(text(reader.next())).isEqualTo("one\n");
        CompletableFuture<@Nullable Output> next = inBackground(reader);
        Thread.sleep(50);
        assertThat(next).isNotDone();
        reader.close();
        assertThat(next.get(10, TimeUnit.SECONDS)).isNull();
        assertThat(reader.next()).isNull();
    }

    @Test
    void pollingGivesWhatIsThereAndDoesNotWait() throws Exception {
        LogSignal signal = new LogSignal();
        try (TestWriter writer = new TestWriter(folder, LARGE, 5);
                LogReader reader = LogReader.lines(folder, FOLLOW, signal)) {
            assertThat(reader.poll()).isNull();
            writer.out("one\ntwo\nthr");
            assertThat(text(reader.poll())).isEqualTo("one\n");
            assertThat(text(reader.poll())).isEqualTo("two\n");
            assertThat(reader.poll()).isNull();
            signal.end();
            assertThat(text(reader.next())).isEqualTo("thr");
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void followingEndsAtTheTimeGiven() throws Exception {
        new TestWriter(folder, LARGE, 5).out("one\n").close();
        LogOptions options = new LogOptions(true, true, null, Instant.now().plusMillis(200), -1, true);
        try (LogReader reader = LogReader.lines(folder, options, new LogSignal())) {
            assertThat(shown(all(reader))).containsExactly("O one\n");
        }
    }

    @Test
    void aReaderGoesOnWhereFilesWereDeletedUnderIt() throws Exception {
        try (TestWriter writer = new TestWriter(folder, 100, 3);
                LogReader reader = LogReader.raw(folder, LogPosition.START, null)) {
            writer.out("first\n");
            assertThat(text(reader.next())).isEqualTo("first\n");
            for (int i = 0; i < 100; i++) {
                writer.out("line " + i + "\n");
            }
            List<Output> rest = all(reader);
            assertThat(folder.files()).hasSizeBetween(2, 3);
            assertThat(text(rest.getLast())).isEqualTo("line 99\n");
        }
    }

    @Test
    void manyShortRunsShareTheSpaceOfOneLongOne() throws Exception {
        for (int run = 0; run < 300; run++) {
            try (TestWriter writer = new TestWriter(folder, 1000, 3)) {
                writer.out("run " + run + "\n");
                if (run % 50 == 0) {
                    writer.out("x".repeat(900)).out("x".repeat(900));
                }
            }
            assertThat(folder.files().stream()
                            .mapToLong(LogFolder.LogFile::size)
                            .sum())
                    .isLessThan(2 * 3 * 1000);
            assertThat(folder.files()).hasSizeLessThan(70);
        }
        List<String> lines = shown(lines(tail(-1)));
        assertThat(lines.getLast()).isEqualTo("O run 299\n");
        assertThat(lines.size()).isGreaterThan(40);
    }

    @Test
    void nothingIsKeptWhereThereIsNoFolder() throws Exception {
        assertThat(lines(tail(-1))).isEmpty();
        assertThat(lines(tail(5))).isEmpty();
        assertThat(folder.end()).isEqualTo(LogPosition.START);
        assertThat(Files.exists(folder.path(1))).isFalse();
    }

    @Test
    void readersThatFollowMissNoLine() throws Exception {
        int last = 300_000;
        LogSignal signal = new LogSignal();
        try (TestWriter writer = new TestWriter(folder, 200_000, 1000)) {
            List<CompletableFuture<Void>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                Thread.ofVirtual().start(() -> {
                    try (LogReader reader = LogReader.lines(folder, FOLLOW, signal)) {
                        for (int expected = 0; expected < last; expected++) {
                            assertThat(text(reader.next())).isEqualTo(expected + "\n");
                        }
                        assertThat(reader.next()).isNull();
                        done.complete(null);
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                });
                readers.add(done);
            }
            Random random = new Random(3);
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < last; i++) {
                text.append(i).append('\n');
                if (random.nextInt(10) == 0) {
                    int cut = random.nextInt(text.length() + 1);
                    writer.out(text.substring(0, cut));
                    text.delete(0, cut);
                    signal.appended();
                }
            }
            writer.out(text.toString());
            signal.end();
            for (CompletableFuture<Void> reader : readers) {
                reader.get(50, TimeUnit.SECONDS);
            }
        }
    }

    private static CompletableFuture<@Nullable Output> inBackground(OutputReader reader) {
        CompletableFuture<@Nullable Output> next = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                next.complete(reader.next());
            } catch (Throwable e) {
                next.completeExceptionally(e);
            }
        });
        return next;
    }
}
