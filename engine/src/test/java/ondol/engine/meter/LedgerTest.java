package ondol.engine.meter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.avaje.jsonb.JsonType;
import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import ondol.engine.Usage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ledger's files, without a kernel. */
final class LedgerTest {
    private static final JsonType<LedgerLine> TYPE = Jsonb.builder().build().type(LedgerLine.class);
    private static final long NOON = Instant.parse("2026-11-26T12:00:00Z").toEpochMilli();
    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;

    @TempDir
    Path folder;

    private Ledger ledger() {
        return new Ledger(folder, TYPE);
    }

    private static LedgerLine line(
            String container, long from, long until, boolean end, long cpu, @Nullable Long total) {
        return new LedgerLine(
                container, 7, "a", "n", from, until, end, List.of(cpu), total == null ? null : List.of(total));
    }

    private static Usage sum(Ledger ledger, long since, long before) {
        Usage[] sum = {Usage.NONE};
        ledger.read(since, before, line -> sum[0] = sum[0].plus(line.between(since, before)));
        return sum[0];
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void whatWasWrittenHalfIsCutOff() throws IOException {
        try (Ledger ledger = ledger()) {
            ledger.append(line("one", NOON, NOON + 10, true, 100, null));
        }
        Path file = folder.resolve("2026-11-26.jsonl");
        byte[] whole = Files.readAllBytes(file);
        for (int cut = 1; cut < whole.length; cut++) {
            Files.write(file, whole);
            Files.write(file, java.util.Arrays.copyOf(whole, cut), StandardOpenOption.APPEND);
            try (Ledger ledger = ledger()) {
                assertEquals(100, sum(ledger, 0, Long.MAX_VALUE / 4).cpuNanos());
                ledger.append(line("two", NOON, NOON + 20, true, 1, null));
                assertEquals(101, sum(ledger, 0, Long.MAX_VALUE / 4).cpuNanos());
            }
            assertEquals(2, Files.readAllLines(file).size());
        }
    }

    @Test
    void theLastLineOfARunIsFound() {
        try (Ledger ledger = ledger()) {
            ledger.append(line("one", NOON, NOON + HOUR, false, 10, null));
            ledger.append(line("two", NOON, NOON + HOUR, true, 5, null));
            ledger.append(line("one", NOON + HOUR, NOON + DAY, false, 20, 30L));
            var last = ledger.last(Set.of("one", "none"), NOON);
            assertEquals(Set.of("one"), last.keySet());
            assertEquals(
                    List.of(7L), List.copyOf(last.getOrDefault("one", Map.of()).keySet()));
            last.forEach((_, runs) ->
                    runs.forEach((_, line) -> assertEquals(30, line.runTotal().cpuNanos())));
        }
    }

    @Test
    void aTimeHasItsPartAndPartsHaveTheWholeAsTheirSum() {
        try (Ledger ledger = ledger()) {
            ledger.append(line("one", NOON - HOUR, NOON + 2 * HOUR, true, 1_000_003, null));
            assertEquals(333_334, sum(ledger, NOON - HOUR, NOON).cpuNanos(), 1);
            long parts = 0;
            for (long from = NOON - 2 * HOUR; from < NOON + 3 * HOUR; from += 7 * 60_000) {
                parts += sum(ledger, from, from + 7 * 60_000).cpuNanos();
            }
            assertEquals(1_000_003, parts);
        }
    }

    @Test
    void oldDaysAreSummedUpAndNothingIsLost() throws IOException {
        try (Ledger ledger = ledger()) {
            for (int i = 0; i < 3000; i++) {
                long at = NOON + i * 1000L;
                ledger.append(line("c" + i, at, at + 500, true, 1000 + i, null));
            }
            ledger.append(line("c1", NOON, NOON + DAY, true, 24, null));
            Usage before = sum(ledger, 0, Long.MAX_VALUE / 4);
            ledger.compact(NOON + 2 * DAY);
            assertEquals(List.of("2026-11-26.jsonl", "2026-11-27.jsonl"), names());
            ledger.compact(NOON + 3 * DAY);
            assertEquals(List.of("2026-11-26.hours.jsonl", "2026-11-27.jsonl"), names());
            assertEquals(before, sum(ledger, 0, Long.MAX_VALUE / 4));
            assertEquals(
                    2001,
                    Files.readAllLines(folder.resolve("2026-11-26.hours.jsonl")).size(),
                    5);
            // a late line, as when the clock was put back, joins the sums
            ledger.append(line("late", NOON, NOON + 1, true, 1, null));
            assertEquals(
                    before.cpuNanos() + 1, sum(ledger, 0, Long.MAX_VALUE / 4).cpuNanos());
            ledger.compact(NOON + 200 * DAY);
            assertEquals(List.of("2026-11-26.days.jsonl", "2026-11-27.days.jsonl"), names());
            assertEquals(
                    before.cpuNanos() + 1, sum(ledger, 0, Long.MAX_VALUE / 4).cpuNanos());
            assertTrue(Files.size(folder.resolve("2026-11-26.days.jsonl")) < 1000);
            ledger.compact(NOON + 3000 * DAY);
            assertEquals(List.of(), names());
        }
    }

    @Test
    void aSummingUpThatWasKilledCountsOnce() throws IOException {
        try (Ledger ledger = ledger()) {
            ledger.append(line("one", NOON, NOON + 10, true, 100, null));
        }
        Path lines = folder.resolve("2026-11-26.jsonl");
        byte[] whole = Files.readAllBytes(lines);
        try (Ledger ledger = ledger()) {
            ledger.compact(NOON + 5 * DAY);
            Files.write(lines, whole); // killed before the old file went
            assertEquals(100, sum(ledger, 0, Long.MAX_VALUE / 4).cpuNanos());
            ledger.compact(NOON + 5 * DAY);
            assertEquals(List.of("2026-11-26.hours.jsonl"), names());
            assertEquals(100, sum(ledger, 0, Long.MAX_VALUE / 4).cpuNanos());
        }
    }

    @Test
    void whatCannotBeReadIsLeftOut() throws IOException {
        try (Ledger ledger = ledger()) {
            ledger.append(line("one", NOON, NOON + 10, true, 100, null));
        }
        Files.writeString(
                folder.resolve("2026-11-26.jsonl"), "{\"c\":\"x\"\nnonsense\n\0\0\0\n", StandardOpenOption.APPEND);
        Files.writeString(folder.resolve("notes.txt"), "hello");
        try (Ledger ledger = ledger()) {
            assertEquals(100, sum(ledger, 0, Long.MAX_VALUE / 4).cpuNanos());
        }
    }
}
