package ondol.engine.meter;

import io.avaje.jsonb.JsonType;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.engine.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Sums up old days, so that a ledger stays small however many containers there were: after two days a line for each
 * container and hour, of the largest containers of the day only; after three months a line for each tenant and day; after
 * five years nothing. A day's new file is complete before the old one goes.
 */
final class Compaction {
    private static final long HOUR = 3_600_000;
    private static final long DAY = 24 * HOUR;
    private static final int DAYS_OF_LINES = 2;
    private static final int DAYS_OF_HOURS = 92;
    private static final int DAYS_OF_DAYS = 5 * 366;
    private static final int CONTAINERS = 2000;

    /** How long lines stay as they are: an engine may have to look whether it wrote them. */
    private static final long FRESH = HOUR / 4;

    private final DayFiles files;
    private final JsonType<LedgerLine> type;

    Compaction(DayFiles files, JsonType<LedgerLine> type) {
        this.files = files;
        this.type = type;
    }

    /** What lines are added up for. */
    private record Key(@Nullable String tenant, String container, String name, long from) {}

    void run(long now) throws IOException {
        LocalDate today = Ledger.day(now);
        for (LocalDate day : files.days(DayFiles.LINES)) {
            if (day.isBefore(today.minusDays(DAYS_OF_LINES))) {
                sumUp(day, DayFiles.LINES, DayFiles.HOURS, HOUR);
            }
        }
        for (LocalDate day : files.days(DayFiles.HOURS)) {
            if (day.isBefore(today.minusDays(DAYS_OF_HOURS))) {
                sumUp(day, DayFiles.HOURS, DayFiles.DAYS, DAY);
            }
        }
        for (LocalDate day : files.days(DayFiles.DAYS)) {
            if (day.isBefore(today.minusDays(DAYS_OF_DAYS))) {
                Files.deleteIfExists(files.of(day, DayFiles.DAYS));
            }
        }
    }

    private void sumUp(LocalDate day, String from, String to, long grain) throws IOException {
        Path old = files.of(day, from);
        Path made = files.of(day, to);
        if (!Files.exists(made)) {
            write(made, sums(old, grain, Long.MAX_VALUE));
        }
        Files.deleteIfExists(old); // where both are there, the new one is whole
    }

    /** Sums up a day that is not over, all but what may still be looked for. */
    void sumUpToday(LocalDate today, long now) throws IOException {
        Path file = files.of(today);
        write(file, sums(file, HOUR, now - FRESH));
    }

    private List<LedgerLine> sums(Path file, long grain, long fresh) {
        List<LedgerLine> kept = new ArrayList<>();
        Map<Key, Usage> sums = new HashMap<>();
        Ledger.lines(file, type, _ -> true, line -> {
            boolean whole = fresh == Long.MAX_VALUE;
            if (!whole && (line.until() >= fresh || !line.end())) {
                kept.add(line);
            } else {
                add(line, grain, sums);
            }
        });
        Set<String> largest = largest(sums);
        Map<Key, Usage> merged = new HashMap<>();
        sums.forEach((key, used) -> {
            boolean own = grain == HOUR && largest.contains(key.container());
            Key to = own ? key : new Key(key.tenant(), "", "", key.from());
            merged.merge(to, used, Usage::plus);
        });
        merged.forEach((key, used) -> kept.add(new LedgerLine(
                key.container(),
                0,
                key.tenant(),
                key.name(),
                key.from(),
                key.from() + grain,
                true,
                used.figures(),
                null)));
        kept.sort(Comparator.comparingLong(LedgerLine::from));
        return kept;
    }

    private static void add(LedgerLine line, long grain, Map<Key, Usage> sums) {
        long bucket = Math.floorDiv(Math.min(line.from(), line.until()), grain) * grain;
        do {
            Usage part = line.between(bucket, bucket + grain);
            if (!part.equals(Usage.NONE)) {
                sums.merge(new Key(line.tenant(), line.container(), line.name(), bucket), part, Usage::plus);
            }
            bucket += grain;
        } while (bucket <= line.until());
    }

    private static Set<String> largest(Map<Key, Usage> sums) {
        Map<String, Long> cpu = new HashMap<>();
        sums.forEach((key, used) -> cpu.merge(key.container(), used.cpuNanos(), Long::sum));
        if (cpu.size() <= CONTAINERS) {
            return cpu.keySet();
        }
        return new HashSet<>(cpu.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(CONTAINERS)
                .map(Map.Entry::getKey)
                .toList());
    }

    private void write(Path file, List<LedgerLine> lines) throws IOException {
        Path made = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                        made,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16)) {
            for (LedgerLine line : lines) {
                out.write(type.toJsonBytes(line));
                out.write('\n');
            }
            out.flush();
            channel.force(true);
        }
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
