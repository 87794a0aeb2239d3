package ondol.engine.meter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a ledger, a day each: {@code 2026-11-26.jsonl} with a line for each run, {@code 2026-11-26.hours.jsonl} with
 * sums of hours, {@code 2026-11-26.days.jsonl} with sums of the day. Of a day that has several, whoever made the last was
 * killed before it removed the others: the sums count.
 */
final class DayFiles {
    static final String LINES = ".jsonl";
    static final String HOURS = ".hours.jsonl";
    static final String DAYS = ".days.jsonl";

    private final Path folder;

    DayFiles(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the meter's ledger cannot be made: " + e.getMessage(), e);
        }
    }

    Path of(LocalDate day) {
        return of(day, LINES);
    }

    Path of(LocalDate day, String kind) {
        return folder.resolve(day + kind);
    }

    /** Where lines of a day are appended: to its sums where there are some, as when the clock was put back. */
    Path target(LocalDate day) {
        for (String kind : List.of(DAYS, HOURS)) {
            if (Files.exists(of(day, kind))) {
                return of(day, kind);
            }
        }
        return of(day);
    }

    /** The one file that counts of each day from one on, in the order of the days. */
    List<Path> since(LocalDate first) {
        TreeMap<LocalDate, Path> files = new TreeMap<>();
        for (String kind : List.of(LINES, HOURS, DAYS)) {
            for (LocalDate day : days(kind)) {
                if (!day.isBefore(first)) {
                    files.put(day, of(day, kind));
                }
            }
        }
        return new ArrayList<>(files.values());
    }

    /** The days that have a file of a kind. */
    List<LocalDate> days(String kind) {
        try (Stream<Path> all = Files.list(folder)) {
            List<LocalDate> days = new ArrayList<>();
            for (Path file : all.toList()) {
                LocalDate day = day(file.getFileName().toString(), kind);
                if (day != null) {
                    days.add(day);
                }
            }
            return days;
        } catch (IOException e) {
            throw new UncheckedIOException("the meter's ledger cannot be read: " + e.getMessage(), e);
        }
    }

    private static @Nullable LocalDate day(String name, String kind) {
        if (!name.endsWith(kind)) {
            return null;
        }
        try {
            return LocalDate.parse(name.substring(0, name.length() - kind.length()));
        } catch (DateTimeException e) {
            return null;
        }
    }
}
