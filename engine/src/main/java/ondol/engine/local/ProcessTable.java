package ondol.engine.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.engine.Containers.Processes;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** Processes as {@code ps} lists them, read from {@code /proc} ({@code man 5 proc}); no ps is run. */
final class ProcessTable {
    private static final long TICKS = 100; // per second: USER_HZ, the same on every Linux
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm").withZone(ZoneId.systemDefault());

    private static final Pattern COLUMNS = Pattern.compile("(?:-?e|-e +-)?-?o *(.+)");
    private static final String NAME = "NAME";
    private static final Map<String, String> TITLES = Map.ofEntries(
            Map.entry("pid", "PID"),
            Map.entry("ppid", "PPID"),
            Map.entry("user", "USER"),
            Map.entry("comm", NAME),
            Map.entry("cmd", "CMD"),
            Map.entry("args", "COMMAND"),
            Map.entry("command", "COMMAND"),
            Map.entry("stat", "STAT"),
            Map.entry("tty", "TTY"),
            Map.entry("time", "TIME"),
            Map.entry("stime", "STIME"),
            Map.entry("rss", "RSS"),
            Map.entry("vsz", "VSZ"),
            Map.entry("pcpu", "%CPU"),
            Map.entry("pmem", "%MEM"));

    private ProcessTable() {}

    static Processes of(List<Integer> pids, @Nullable String arguments) {
        String wanted = arguments == null || arguments.isBlank() ? "-ef" : arguments.strip();
        List<List<String>> rows = new ArrayList<>();
        List<String> titles = switch (wanted) {
            case "-ef", "-eaf", "-e -f", "ef" -> List.of("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
            case "aux", "-aux", "u" ->
                List.of("USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND");
            default -> columns(wanted);
        };
        for (int pid : pids) {
            try {
                rows.add(row(pid, titles));
            } catch (IOException e) {
                // it has just ended
            }
        }
        return new Processes(
                titles.stream()
                        .map(title -> title.equals(NAME) ? "COMMAND" : title)
                        .toList(),
                rows);
    }

    /** Those of {@code -o pid,comm}, also with {@code -e} before. */
    private static List<String> columns(String arguments) {
        Matcher matcher = COLUMNS.matcher(arguments);
        List<String> titles = new ArrayList<>();
        for (String word : matcher.matches() ? matcher.group(1).split("[, ]+") : new String[0]) {
            String title = TITLES.get(word);
            if (title == null) {
                throw EngineException.invalid("top knows the columns %s, not: %s"
                        .formatted(String.join(", ", new TreeMap<>(TITLES).keySet()), word));
            }
            titles.add(title);
        }
        if (titles.isEmpty()) {
            throw EngineException.invalid("top knows the arguments -ef, aux and -o with columns, not: " + arguments);
        }
        if (!titles.contains("PID")) {
            throw EngineException.invalid("Couldn't find PID field in ps output");
        }
        return titles;
    }

    private static List<String> row(int pid, List<String> titles) throws IOException {
        Path folder = Path.of("/proc/" + pid);
        String text = Files.readString(folder.resolve("stat"));
        int end = text.lastIndexOf(')');
        String name = text.substring(text.indexOf('(') + 1, end);
        String[] fields = text.substring(end + 2).split(" ");
        long seconds = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS;
        String user = user(Files.getAttribute(folder, "unix:uid").toString());
        String command =
                Files.readString(folder.resolve("cmdline")).replace('\0', ' ').strip();
        List<String> row = new ArrayList<>();
        for (String title : titles) {
            row.add(
                    switch (title) {
                        case "UID", "USER" -> user;
                        case "PID" -> String.valueOf(pid);
                        case "PPID" -> fields[1];
                        case NAME -> name;
                        case "C" -> "0";
                        case "%CPU", "%MEM" -> "0.0";
                        case "VSZ" -> String.valueOf(Long.parseLong(fields[20]) >> 10);
                        case "RSS" -> String.valueOf(Long.parseLong(fields[21]) << 2);
                        case "STIME", "START" -> CLOCK.format(started(Long.parseLong(fields[19])));
                        case "TTY" -> "0".equals(fields[4]) ? "?" : "pts/" + (Integer.parseInt(fields[4]) & 0xff);
                        case "STAT" -> fields[0];
                        case "TIME" -> "%02d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60);
                        default -> command.isEmpty() ? "[" + name + "]" : command;
                    });
        }
        return row;
    }

    private static Instant started(long ticks) throws IOException {
        String uptime = Files.readString(Path.of("/proc/uptime"));
        double up = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
        return Instant.now().minus(Duration.ofMillis((long) (up * 1000) - ticks * 1000 / TICKS));
    }

    /** The machine's name for a user, as ps shows it. */
    private static String user(String uid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            String[] parts = line.split(":");
            if (parts.length > 2 && parts[2].equals(uid)) {
                return parts[0];
            }
        }
        return uid;
    }
}
