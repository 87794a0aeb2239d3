package ondol.engine.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.TmpfsOptions;

/** Options of file systems in memory ({@code man 5 tmpfs}): {@code --tmpfs} and {@code --mount type=tmpfs}. */
final class TmpfsFlags {
    private static final List<String> DEFAULTS = List.of("noexec", "nosuid", "nodev", "rprivate");

    /** Flags, each with its contrary. */
    private static final List<Set<String>> FLAGS = List.of(
            Set.of("exec", "noexec"),
            Set.of("suid", "nosuid"),
            Set.of("dev", "nodev"),
            Set.of("ro", "rw"),
            Set.of("sync", "async"),
            Set.of("dirsync"),
            Set.of("remount"),
            Set.of("mand", "nomand"),
            Set.of("atime", "noatime"),
            Set.of("diratime", "nodiratime"),
            Set.of("relatime", "norelatime"),
            Set.of("strictatime", "nostrictatime"),
            Set.of("bind", "rbind"),
            Set.of("private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable"));

    private static final Set<String> KEYS = Set.of("mode", "uid", "gid", "size", "nr_inodes", "nr_blocks", "mpol");

    private TmpfsFlags() {}

    static Set<String> destinations(HostConfig host) {
        Set<String> destinations = new TreeSet<>();
        for (Map.Entry<String, String> tmpfs : Absent.map(host.tmpfs()).entrySet()) {
            String why = MountPoints.wrongDestination(tmpfs.getKey());
            if (why != null) {
                throw EngineException.invalid(why);
            }
            merge(tmpfs.getValue());
            destinations.add(Paths.clean(tmpfs.getKey()));
        }
        return destinations;
    }

    /** The defaults and what was said instead; a later word replaces an earlier one on the same matter. */
    static List<String> merge(String said) {
        List<String> options = new ArrayList<>(DEFAULTS);
        for (String option : said.split(",")) {
            if (option.isEmpty() || option.equals("defaults")) {
                continue;
            }
            int equals = option.indexOf('=');
            if (equals >= 0) {
                String key = option.substring(0, equals);
                refuse(!KEYS.contains(key), option);
                options.removeIf(earlier -> earlier.startsWith(key + "="));
            } else {
                Set<String> group = FLAGS.stream()
                        .filter(flags -> flags.contains(option))
                        .findAny()
                        .orElse(Set.of());
                refuse(group.isEmpty(), option);
                options.removeIf(group::contains);
            }
            options.add(option);
        }
        return options;
    }

    private static void refuse(boolean refused, String option) {
        if (refused) {
            throw EngineException.invalid("Invalid tmpfs option \"" + option + "\"");
        }
    }

    static String text(TmpfsOptions options, boolean readOnly) {
        List<String> words = new ArrayList<>();
        if (readOnly) {
            words.add("ro");
        }
        Integer mode = options.mode();
        if (mode != null && mode != 0) {
            words.add("mode=" + Integer.toOctalString(mode));
        }
        Long size = options.sizeBytes();
        if (size != null && size != 0) {
            if (size < 0) {
                throw EngineException.invalid(
                        "invalid mount config for type \"tmpfs\": the size can not be less than 0");
            }
            words.add("size=" + shortest(size));
        }
        return String.join(",", words);
    }

    private static String shortest(long size) {
        long rest = size;
        String suffixes = "kmg";
        int power = 0;
        while (power < suffixes.length() && rest % 1024 == 0) {
            rest /= 1024;
            power++;
        }
        return power == 0 ? Long.toString(rest) : rest + suffixes.substring(power - 1, power);
    }
}
