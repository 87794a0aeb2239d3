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
    static final List<String> MASKED = List.of(
            "/proc/asound",
            "/proc/acpi",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/sys/firmware",
            "/sys/devices/virtual/powercap");

    static final List<String> READONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /** An empty list in the configuration is none, as {@code systempaths=unconfined} says it over the wire. */
    static ProtectedPaths of(HostConfig host, SecurityOptions options) {
        if (Absent.no(host.privileged()) || options.openSystemPaths()) {
            return new ProtectedPaths(null, null);
        }
        return new ProtectedPaths(chosen(host.maskedPaths(), MASKED), chosen(host.readonlyPaths(), READONLY));
    }

    private static @Nullable List<String> chosen(@Nullable List<String> said, List<String> otherwise) {
        List<String> paths = said == null ? otherwise : said;
        return paths.isEmpty() ? null : paths;
    }
}
