package ondol.engine.meter;

import io.avaje.jsonb.JsonType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A folder with a file of JSON lines for each day (UTC), to which one process appends. A line is one write, so whoever is
 * killed leaves it or, at worst, the beginning of it, which the next one cuts off. Old days are summed up by {@link
 * Compaction}.
 */
public final class Ledger implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Ledger.class.getName());
    private static final int LONGEST_LINE = 4096;

    /** A day's file that is longer is summed up although the day is not over, in bytes. */
    private static final long LONG_FILE = 64 << 20;

    private final DayFiles files;
    private final JsonType<LedgerLine> type;
    private @Nullable LocalDate day; // of the open file, guarded by this
    private @Nullable FileChannel channel; // guarded by this
    private long size; // of the open file, guarded by this
    private long longFile = LONG_FILE; // guarded by this
    private boolean dirty; // guarded by this

    /** Opens a folder, which is made where it is missing. */
    public Ledger(Path folder, JsonType<LedgerLine> type) {
        this.files = new DayFiles(folder);
        this.type = type;
    }

    /**
     * Appends a line; when this returns, the kernel has it.
     *
     * @throws UncheckedIOException where it could not be written; then none of it was
     */
    public synchronized void append(LedgerLine line) {
        byte[] json = type.toJsonBytes(line);
        byte[] bytes = Arrays.copyOf(json, json.length + 1);
        bytes[json.length] = '\n';
        try {
            FileChannel open = open(day(line.until()));
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            try {
                while (buffer.hasRemaining()) {
                    open.write(buffer);
                }
            } catch (IOException e) {
                open.truncate(size);
                throw e;
            }
            size += bytes.length;
            dirty = true;
        } catch (IOException e) {
            throw new UncheckedIOException("the meter's ledger cannot be written: " + e.getMessage(), e);
        }
    }

    static LocalDate day(long millis) {
        return Instant.ofEpochMilli(millis).atZone(ZoneOffset.UTC).toLocalDate();
    }

    private FileChannel open(LocalDate wanted) throws IOException {
        FileChannel open = channel;
        if (open != null && wanted.equals(day)) {
            return open;
        }
        closeFile();
        open = FileChannel.open(
                files.target(wanted), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        size = whole(open);
        open.truncate(size);
        open.position(size);
        channel = open;
        day = wanted;
        return open;
    }

    /** Where the last whole line ends. */
    private static long whole(FileChannel file) throws IOException {
        long end = file.size();
        ByteBuffer block = ByteBuffer.allocate(LONGEST_LINE);
        while (end > 0) {
            long start = Math.max(0, end - LONGEST_LINE);
            block.clear().limit((int) (end - start));
            file.read(block, start);
            for (int i = block.position() - 1; i >= 0; i--) {
                if (block.get(i) == '\n') {
                    return start + i + 1;
                }
            }
            end = start;
        }
        return 0;
    }

    /** Has the disk keep what was appended. */
    public synchronized void flush() {
        FileChannel open = channel;
        if (!dirty || open == null) {
            return;
        }
        try {
            open.force(false);
            dirty = false;
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the meter''s ledger cannot be flushed: {0}", e.getMessage());
        }
    }

    /** The last line of each run of some containers, by container and run; the days before one are not looked at. */
    public Map<String, Map<Long, LedgerLine>> last(Set<String> containers, long since) {
        Map<String, Map<Long, LedgerLine>> found = new HashMap<>();
        LocalDate first = day(since);
        for (Path file : files.since(first)) {
            // the container stands first in a line: no other line need be read
            lines(
                    file,
                    raw -> containers.contains(container(raw)),
                    line -> found.computeIfAbsent(line.container(), _ -> new TreeMap<>())
                            .put(line.run(), line));
        }
        return found;
    }

    private static String container(String raw) {
        int start = raw.indexOf("\"c\":\"");
        int end = start < 0 ? -1 : raw.indexOf('"', start + 5);
        return end < 0 ? "" : raw.substring(start + 5, end);
    }

    /** Gives all lines that have a part between two moments, in milliseconds since 1970. */
    public void read(long since, long before, Consumer<LedgerLine> to) {
        for (Path file : files.since(since <= 0 ? LocalDate.EPOCH : day(since))) {
            lines(file, _ -> true, line -> {
                if (line.until() >= since && line.from() < before) {
                    to.accept(line);
                }
            });
        }
    }

    private void lines(Path file, java.util.function.Predicate<String> wanted, Consumer<LedgerLine> to) {
        lines(file, type, wanted, to);
    }

    /** Reads whole lines; what is no line is left out and said in the log. */
    static void lines(
            Path file,
            JsonType<LedgerLine> type,
            java.util.function.Predicate<String> wanted,
            Consumer<LedgerLine> to) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            byte[] line = new byte[LONGEST_LINE];
            int length = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                if (next != '\n') {
                    if (length < LONGEST_LINE) {
                        line[length] = (byte) next;
                    }
                    length++;
                    continue;
                }
                String raw = new String(line, 0, Math.min(length, LONGEST_LINE), StandardCharsets.UTF_8);
                length = 0;
                if (wanted.test(raw)) {
                    accept(file, type, raw, to);
                }
            }
        } catch (NoSuchFileException e) {
            // summed up meanwhile
        } catch (IOException e) {
            throw new UncheckedIOException("the meter's ledger cannot be read: " + e.getMessage(), e);
        }
    }

    private static void accept(Path file, JsonType<LedgerLine> type, String raw, Consumer<LedgerLine> to) {
        LedgerLine line;
        try {
            line = type.fromJson(raw);
            line.usage();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a line of {0} cannot be read and does not count: {1}", file, e.getMessage());
            return;
        }
        to.accept(line);
    }

    /**
     * Sums up what is old. Lines of runs that may go on must be newer than two days: whoever calls this has just written
     * one for each.
     *
     * @param now milliseconds since 1970
     */
    public synchronized void compact(long now) {
        try {
            new Compaction(files, type).run(now);
            if (size > longFile && channel != null) {
                closeFile();
                LocalDate today = day(now);
                new Compaction(files, type).sumUpToday(today, now);
                longFile = Math.max(LONG_FILE, 2 * Files.size(files.of(today)));
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(Level.WARNING, "the meter''s ledger cannot be summed up: {0}", e.getMessage());
        }
    }

    private void closeFile() throws IOException {
        FileChannel open = channel;
        channel = null;
        day = null;
        if (open != null) {
            open.force(false);
            open.close();
        }
    }

    @Override
    public synchronized void close() {
        try {
            closeFile();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the meter''s ledger cannot be closed: {0}", e.getMessage());
        }
    }
}
