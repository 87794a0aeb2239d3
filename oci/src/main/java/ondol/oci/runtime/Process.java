package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The container's first process; section Process.
 *
 * @param terminal whether it gets a pseudo terminal
 * @param consoleSize size of that terminal
 * @param args program and arguments; null or empty only where nothing is started
 * @param env {@code NAME=value}
 * @param cwd absolute path in the container
 * @param capabilities null for none
 * @param noNewPrivileges {@code PR_SET_NO_NEW_PRIVS}
 * @param oomScoreAdj -1000 to 1000; null to inherit
 */
@Json
@RecordBuilder
@SuppressWarnings("JavaLangClash")
public record Process(
        @Nullable Boolean terminal,
        @Nullable ConsoleSize consoleSize,
        User user,
        @Nullable List<String> args,
        @Nullable List<String> env,
        String cwd,
        @Nullable Capabilities capabilities,
        @Nullable List<Rlimit> rlimits,
        @Nullable Boolean noNewPrivileges,
        @Nullable String apparmorProfile,
        @Nullable Integer oomScoreAdj,
        @Nullable Scheduler scheduler,
        @Nullable String selinuxLabel,
        @Nullable IoPriority ioPriority,
        @Nullable CpuAffinity execCPUAffinity) {}
