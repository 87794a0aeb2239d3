package ondol.cli.verb;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.Flags;

/**
 * {@code --egress} and {@code --net-rate}: what a container or a network may reach, and how fast. They go to the engine as
 * annotations of the one and options of the other, which other clients can say as well.
 */
final class Traffic {
    private static final List<String> SINGLE = List.of("net-rate", "net-rate-in", "net-rate-out", "net-burst");

    private Traffic() {}

    /** Adds the words that are said to what was said otherwise. */
    static Map<String, String> words(Flags flags, Map<String, String> others) {
        Map<String, String> words = new TreeMap<>(others);
        if (flags.has("egress")) words.put("ondol.egress", String.join(";", flags.all("egress")));
        for (String name : SINGLE) if (flags.has(name)) words.put("ondol." + name, flags.get(name, ""));
        return words;
    }
}
