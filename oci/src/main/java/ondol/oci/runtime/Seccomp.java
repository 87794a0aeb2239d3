package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which system calls are let through; section Seccomp, {@code man 3 seccomp_rule_add}.
 *
 * @param defaultAction such as {@code SCMP_ACT_ERRNO}
 * @param defaultErrnoRet error number of the default action; null for EPERM
 * @param architectures such as {@code SCMP_ARCH_X86_64}; null for the machine's own
 * @param flags such as {@code SECCOMP_FILTER_FLAG_LOG}
 * @param listenerPath socket for {@code SCMP_ACT_NOTIFY}
 */
@Json
@RecordBuilder
public record Seccomp(
        String defaultAction,
        @Nullable Integer defaultErrnoRet,
        @Nullable List<String> architectures,
        @Nullable List<String> flags,
        @Nullable String listenerPath,
        @Nullable String listenerMetadata,
        @Nullable List<SeccompRule> syscalls) {}
