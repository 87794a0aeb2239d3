package ondol.engine.spec;

import java.util.List;
import ondol.engine.HostConfig;
import org.jspecify.annotations.Nullable;

/**
 * Paths of /proc and /sys that tell or change more of the machine than a container should know or reach.
 *
 * @param masked hidden; null for none
 * @param readonly null for none
 */
record ProtectedPaths(
        @Nullable List<String> masked, @Nullable List<String> readonly) {
    /** An empty list in the configuration is none, as {@code systempaths=unconfined} says it over the wire. */
    static ProtectedPaths of(HostConfig host, SecurityOptions options) {
        if (Absent.no(host.privileged()) || options.openSystemPaths()) {
            return new ProtectedPaths(null, null);
        }
        return new ProtectedPaths(
                chosen(host.maskedPaths(), HostConfig.MASKED_PATHS),
                chosen(host.readonlyPaths(), HostConfig.READONLY_PATHS));
    }

    private static @Nullable List<String> chosen(@Nullable List<String> said, List<String> otherwise) {
        List<String> paths = said == null ? otherwise : said;
        return paths.isEmpty() ? null : paths;
    }
}
