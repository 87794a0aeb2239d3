package ondol.docker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon is told.
 *
 * @param dataRoot {@code --data-root}: images, volumes and records
 * @param execRoot {@code --exec-root}: what a restart of the machine may lose
 * @param hosts {@code -H}, repeatable: where to serve
 * @param cgroupParent {@code --cgroup-parent}; null for the engine's own
 * @param debug {@code --debug}
 */
public record DaemonOptions(
        Path dataRoot, Path execRoot, List<String> hosts, @Nullable String cgroupParent, boolean debug) {
    private static final Path DATA_ROOT = Path.of("/var/lib/ondol");
    private static final Path EXEC_ROOT = Path.of("/run/ondol");

    /** @throws IllegalArgumentException with a sentence, for words that are not understood */
    public static DaemonOptions parse(String[] args) {
        Path dataRoot = DATA_ROOT;
        Path execRoot = EXEC_ROOT;
        String cgroupParent = null;
        boolean debug = false;
        List<String> hosts = new ArrayList<>();
        Iterator<String> words = Arrays.stream(args).flatMap(DaemonOptions::split).iterator();
        while (words.hasNext()) {
            String word = words.next();
            switch (word) {
                case "--data-root" -> dataRoot = Path.of(value(word, words));
                case "--exec-root" -> execRoot = Path.of(value(word, words));
                case "-H", "--host" -> hosts.add(value(word, words));
                case "--cgroup-parent" -> cgroupParent = value(word, words);
                case "-D", "--debug" -> debug = true;
                default -> throw new IllegalArgumentException("unknown option: " + word);
            }
        }
        if (hosts.isEmpty()) {
            hosts.add("unix://" + execRoot.resolve("ondol.sock"));
        }
        return new DaemonOptions(dataRoot, execRoot, List.copyOf(hosts), cgroupParent, debug);
    }

    private static java.util.stream.Stream<String> split(String word) {
        int equals = word.indexOf('=');
        return word.startsWith("--") && equals > 0
                ? java.util.stream.Stream.of(word.substring(0, equals), word.substring(equals + 1))
                : java.util.stream.Stream.of(word);
    }

    private static String value(String option, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException("flag needs an argument: " + option);
        }
        return words.next();
    }
}
