package ondol.engine.spec;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import ondol.engine.HostConfig;
import ondol.oci.runtime.Rlimit;

/** Resource limits of the process ({@code man 2 setrlimit}). */
final class Rlimits {
    private static final Set<String> KNOWN = Set.of(
            "as",
            "core",
            "cpu",
            "data",
            "fsize",
            "locks",
            "memlock",
            "msgqueue",
            "nice",
            "nofile",
            "nproc",
            "rss",
            "rtprio",
            "rttime",
            "sigpending",
            "stack");

    private Rlimits() {}

    static boolean known(String name) {
        return KNOWN.contains(name);
    }

    static List<Rlimit> of(HostConfig host) {
        return Absent.list(host.ulimits()).stream()
                .map(ulimit ->
                        new Rlimit("RLIMIT_" + ulimit.name().toUpperCase(Locale.ROOT), ulimit.soft(), ulimit.hard()))
                .toList();
    }
}
