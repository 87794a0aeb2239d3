package ondol.cli.verb;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.CliException;

/** {@code -v} and {@code --tmpfs}. */
final class Volumes {
    private Volumes() {}

    /** The binds among the values; what has no source goes into {@code anonymous}. Relative sources become absolute. */
    static List<String> split(List<String> given, Map<String, Object> anonymous) {
        List<String> binds = new ArrayList<>();
        for (String text : given) {
            int colon = text.indexOf(':');
            if (colon < 0) {
                anonymous.put(text, Map.of());
                continue;
            }
            for (String part : text.split(":", -1))
                if (part.isEmpty()) throw new CliException("invalid spec: " + text + ": empty section between colons");
            String source = text.substring(0, colon);
            if (source.startsWith(".")) text = Path.of(source).toAbsolutePath().normalize() + text.substring(colon);
            binds.add(text);
        }
        return binds;
    }

    /** Paths and their options. */
    static Map<String, String> tmpfs(List<String> given) {
        Map<String, String> mounts = new TreeMap<>();
        for (String text : given) {
            int colon = text.indexOf(':');
            mounts.put(colon < 0 ? text : text.substring(0, colon), colon < 0 ? "" : text.substring(colon + 1));
        }
        return mounts;
    }
}
