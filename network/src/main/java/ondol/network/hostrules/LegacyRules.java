package ondol.network.hostrules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Rules of iptables as it was before nf_tables, which nobody else can read. */
final class LegacyRules {
    private LegacyRules() {}

    static Optional<String> warning() {
        for (String file : new String[] {"ip_tables_names", "ip6_tables_names"}) {
            try {
                if (Files.readAllLines(Path.of("/proc/thread-self/net", file)).contains("filter")) {
                    return Optional.of(
                            "rules made by iptables-legacy do not guard published ports: use iptables-nft or nft");
                }
            } catch (IOException e) {
                // the kernel has no such rules
            }
        }
        return Optional.empty();
    }
}
