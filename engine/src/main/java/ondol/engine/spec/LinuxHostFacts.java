package ondol.engine.spec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import ondol.linux.Capabilities;
import ondol.linux.Capability;
import org.jspecify.annotations.Nullable;

/** Looks at the running machine. */
public final class LinuxHostFacts {
    private LinuxHostFacts() {}

    /**
     * The facts as they are now; processors and memory nodes are those that this process may use.
     *
     * @param unifiedCgroups whether cgroups are those of the v2 hierarchy only
     * @param countsSwap whether the kernel counts swap per group
     * @param seccomp where profiles come from; null for none
     * @param init path of the program for {@code --init}; null for none
     */
    public static HostFacts read(
            boolean unifiedCgroups, boolean countsSwap, @Nullable SeccompProfiles seccomp, @Nullable String init) {
        List<String> status = lines(Path.of("/proc/thread-self/status"));
        String cpuset = field(status, "Cpus_allowed_list:");
        Set<Capability> capabilities = EnumSet.copyOf(Capabilities.all());
        capabilities.retainAll(Capabilities.current().bounding());
        return new HostFacts(
                lines(Path.of("/proc/sys/kernel/hostname")).getFirst().strip(),
                Cpuset.parse(cpuset).size(),
                cpuset,
                field(status, "Mems_allowed_list:"),
                unifiedCgroups,
                countsSwap,
                Files.exists(Path.of("/sys/kernel/security/apparmor")),
                capabilities,
                new LinuxHostFiles(),
                seccomp,
                init);
    }

    /** From {@code man 5 proc_pid_status}. */
    private static String field(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findAny()
                .orElse("0");
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ", is /proc mounted?", e);
        }
    }
}
