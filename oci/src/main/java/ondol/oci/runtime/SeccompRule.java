package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens at some system calls; section Seccomp.
 *
 * @param errnoRet error number of the action
 * @param args all have to match
 */
@Json
public record SeccompRule(
        List<String> names,
        String action,
        @Nullable Integer errnoRet,
        @Nullable List<SeccompArgument> args) {}
