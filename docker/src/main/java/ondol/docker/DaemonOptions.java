package ondol.docker;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import ondol.engine.EngineOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a daemon is told.
 *
 * @param dataRoot {@code --data-root}: images, volumes and records
 * @param execRoot {@code --exec-root}: what a restart of the machine may lose
 * @param cgroupParent {@code --cgroup-parent}; null for the engine's own
 * @param hosts {@code -H}, repeatable: where to serve; {@code docker.sock} in the exec root where nothing is said
 * @param access {@code --group}, {@code --tls}, {@code --tlsverify}, {@code --tlscacert}, {@code --tlscert}, {@code
 *     --tlskey}: who may come in there
 * @param debug {@code --debug}
 * @param restrictUsers {@code --restrict-users}: users of the socket who are not root see and touch only what is their
 *     tenant's
 */
public record DaemonOptions(
        Path dataRoot,
        Path execRoot,
        @Nullable String cgroupParent,
        List<String> hosts,
        Access access,
        boolean debug,
        boolean restrictUsers) {
    /** What the engine is told. */
    public EngineOptions engine() {
        return new EngineOptions(dataRoot, execRoot, cgroupParent, restrictUsers);
    }

    /** @throws IllegalArgumentException with a sentence, for words that are not understood */
    public static DaemonOptions parse(String[] args) {
        Path dataRoot = EngineOptions.DEFAULT_DATA_ROOT;
        Path execRoot = EngineOptions.DEFAULT_EXEC_ROOT;
        String cgroupParent = null;
        boolean debug = false;
        AccessWords access = new AccessWords();
        boolean restrictUsers = false;
        List<String> hosts = new ArrayList<>();
        Iterator<String> words =
                Arrays.stream(args).flatMap(DaemonOptions::split).iterator();
        while (words.hasNext()) {
            String word = words.next();
            switch (word) {
                case "--data-root" -> dataRoot = Path.of(value(word, words));
                case "--exec-root" -> execRoot = Path.of(value(word, words));
                case "-H", "--host" -> hosts.add(value(word, words));
                case "--cgroup-parent" -> cgroupParent = value(word, words);
                case "--restrict-users" -> restrictUsers = true;
                case "-D", "--debug" -> debug = true;
                case "-G", "--group" -> access.group(value(word, words));
                case "--tls=false", "--tls", "--tlsverify" -> access.say(word);
                case "--tlscacert", "--tlscert", "--tlskey" -> access.file(word, value(word, words));
                default -> throw new IllegalArgumentException("unknown option: " + word);
            }
        }
        if (hosts.isEmpty()) {
            hosts.add("unix://" + execRoot.resolve("docker.sock"));
        }
        if (restrictUsers && hosts.stream().anyMatch(host -> host.startsWith("tcp:"))) {
            throw new IllegalArgumentException(
                    "--restrict-users: TCP does not tell who is at the other end; serve on unix sockets only");
        }
        return new DaemonOptions(
                dataRoot, execRoot, cgroupParent, List.copyOf(hosts), access.access(), debug, restrictUsers);
    }

    private static Stream<String> split(String word) {
        int equals = word.indexOf('=');
        return word.startsWith("--") && equals > 0 && !word.equals("--tls=false")
                ? Stream.of(word.substring(0, equals), word.substring(equals + 1))
                : Stream.of(word);
    }

    private static String value(String option, Iterator<String> words) {
        if (!words.hasNext()) {
            throw new IllegalArgumentException("flag needs an argument: " + option);
        }
        return words.next();
    }
}
