package ondol.engine.spec;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.engine.EngineException;
import ondol.engine.LogConfig;
import org.jspecify.annotations.Nullable;

/**
 * Where a container's output goes, read from {@code --log-driver} and {@code --log-opt}. Whatever the driver, the minder
 * keeps the output in frames, for whoever attaches; a driver says how much of it, and what becomes of it besides.
 *
 * @param maxSize bytes of a file, 0 for no limit
 * @param maxFiles how many files of that size
 * @param compress whether files are compressed when the next one is begun ({@code json-file})
 * @param options as they were said
 */
public record LogChoice(String driver, long maxSize, int maxFiles, boolean compress, Map<String, String> options) {
    public static final String LOCAL = "local";
    public static final String JSON_FILE = "json-file";
    public static final String NONE = "none";
    public static final String SYSLOG = "syslog";
    public static final String JOURNALD = "journald";
    /** All of them. */
    public static final List<String> DRIVERS = List.of(JOURNALD, JSON_FILE, LOCAL, NONE, SYSLOG);

    private static final long LOCAL_SIZE = 10 << 20;
    private static final int LOCAL_FILES = 3;
    private static final int MOST_FILES = 1000;

    private static final Set<String> ALL = Set.of("mode", "max-buffer-size");
    private static final Set<String> FILES = Set.of("max-size", "max-file", "compress");
    /** How much is kept here of what is sent elsewhere: by Docker's names. */
    private static final String KEPT = "cache-";

    private static final Set<String> SERVERS = Set.of(SYSLOG, JOURNALD);
    private static final Set<String> SYSLOGS = Set.of(
            "syslog-address",
            "syslog-facility",
            "syslog-format",
            SyslogChoice.AUTHORITY,
            SyslogChoice.CERTIFICATE,
            SyslogChoice.KEY,
            SyslogChoice.ANYONE);
    private static final Set<String> ATTRIBUTES = Set.of("labels", "labels-regex", "env", "env-regex", "tag");

    /** @throws EngineException {@code INVALID} for an option that the driver has not, {@code UNSUPPORTED} for a driver */
    public static LogChoice of(@Nullable LogConfig config) {
        String said = config == null ? "" : Absent.text(config.type());
        String driver = said.isEmpty() ? LOCAL : said;
        Map<String, String> options = config == null ? Map.of() : Absent.map(config.config());
        if (!DRIVERS.contains(driver)) {
            throw EngineException.invalid("logger: no log driver named '%s' is registered; there are %s"
                    .formatted(driver, String.join(", ", DRIVERS)));
        }
        for (String option : options.keySet()) {
            if (!known(driver, option)) {
                throw EngineException.invalid("unknown log opt '%s' for %s log driver".formatted(option, driver));
            }
        }
        mode(options);
        if (driver.equals(SYSLOG)) {
            SyslogChoice.of(options);
        }
        return SERVERS.contains(driver) ? sized(driver, kept(options), options) : sized(driver, options, options);
    }

    private static boolean known(String driver, String option) {
        boolean server = SERVERS.contains(driver);
        return ALL.contains(option)
                || !driver.equals(NONE) && !server && FILES.contains(option)
                || server && option.equals(KEPT + "disabled")
                || server && option.startsWith(KEPT) && FILES.contains(option.substring(KEPT.length()))
                || driver.equals(SYSLOG) && SYSLOGS.contains(option)
                || (server || driver.equals(JSON_FILE)) && ATTRIBUTES.contains(option);
    }

    private static Map<String, String> kept(Map<String, String> options) {
        Map<String, String> kept = new HashMap<>();
        options.forEach((name, value) -> {
            if (name.startsWith(KEPT)) {
                kept.put(name.substring(KEPT.length()), value);
            }
        });
        return kept;
    }

    /** @param options with the names that {@code local} and {@code json-file} have */
    private static LogChoice sized(String driver, Map<String, String> options, Map<String, String> said) {
        boolean json = driver.equals(JSON_FILE);
        long size = options.containsKey("max-size") ? size(options.get("max-size")) : json ? 0 : LOCAL_SIZE;
        int files = options.containsKey("max-file") ? number(options.get("max-file")) : json ? 1 : LOCAL_FILES;
        boolean compress = options.containsKey("compress") ? flag("compress", options.get("compress")) : !json;
        if (json && files > 1 && size == 0) {
            throw EngineException.invalid("max-file cannot be greater than 1 when max-size is not set");
        }
        if (json && compress && (files < 2 || size == 0)) {
            throw EngineException.invalid(
                    "compress cannot be true when max-file is less than 2 or max-size is not set");
        }
        return new LogChoice(driver, size, files, compress, said);
    }

    /** Whether what is kept may be read later. */
    public boolean readable() {
        return !driver.equals(NONE)
                && !(forwarded() && flag(KEPT + "disabled", options.getOrDefault(KEPT + "disabled", "false")));
    }

    /** Whether the output goes to a server too. */
    public boolean forwarded() {
        return SERVERS.contains(driver);
    }

    private static void mode(Map<String, String> options) {
        String mode = options.getOrDefault("mode", "blocking");
        if (!Set.of("blocking", "non-blocking").contains(mode)) {
            throw EngineException.invalid("logger: logging mode not supported: " + mode);
        }
        if (options.containsKey("max-buffer-size")) {
            if (!mode.equals("non-blocking")) {
                throw EngineException.invalid(
                        "logger: max-buffer-size option is only supported with 'mode=non-blocking'");
            }
            size(options.get("max-buffer-size"));
        }
    }

    private static long size(@Nullable String text) {
        String said = Absent.text(text);
        long size = said.equals("-1") ? 0 : Sizes.parse(said);
        if (size == 0 && !said.equals("-1")) {
            throw EngineException.invalid("max-size must be a positive number, or -1 for no limit");
        }
        return size;
    }

    private static int number(@Nullable String text) {
        String said = Absent.text(text);
        int number = said.matches("\\d{1,9}") ? Integer.parseInt(said) : 0;
        if (number < 1 || number > MOST_FILES) {
            throw EngineException.invalid(
                    "max-file must be a number from 1 to %d, not '%s'".formatted(MOST_FILES, said));
        }
        return number;
    }

    static boolean flag(String option, @Nullable String text) {
        return switch (Absent.text(text)) {
            case "true", "1", "t", "T", "TRUE", "True" -> true;
            case "false", "0", "f", "F", "FALSE", "False" -> false;
            default -> throw EngineException.invalid("%s must be true or false, not '%s'".formatted(option, text));
        };
    }
}
