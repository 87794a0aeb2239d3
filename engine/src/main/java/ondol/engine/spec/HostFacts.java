package ondol.engine.spec;

import io.avaje.recordbuilder.RecordBuilder;
import java.util.Set;
import ondol.linux.Capability;
import org.jspecify.annotations.Nullable;

/**
 * What this machine is like.
 *
 * @param hostname its name
 * @param cpus processors that there are
 * @param cpuset processors that may be used, such as {@code 0-3}
 * @param memoryNodes memory nodes that may be used, such as {@code 0}
 * @param unifiedCgroups whether cgroups are those of the v2 hierarchy only
 * @param countsSwap whether the kernel counts swap per group, so that it can be limited
 * @param apparmor whether the kernel enforces AppArmor profiles
 * @param capabilities those that the kernel knows and the engine may pass on
 * @param files its files and devices
 * @param seccomp where profiles come from; null where the kernel has no seccomp
 * @param init path of the program that {@code --init} runs as process 1; null where there is none
 */
@RecordBuilder
public record HostFacts(
        String hostname,
        int cpus,
        String cpuset,
        String memoryNodes,
        boolean unifiedCgroups,
        boolean countsSwap,
        boolean apparmor,
        Set<Capability> capabilities,
        HostFiles files,
        @Nullable SeccompProfiles seccomp,
        @Nullable String init) {}
