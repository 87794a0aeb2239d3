package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * NUMA policy of the process; section Memory policy, {@code man 2 set_mempolicy}.
 *
 * @param mode such as {@code MPOL_BIND}
 * @param nodes such as {@code 0-1}
 * @param flags such as {@code MPOL_F_STATIC_NODES}
 */
@Json
public record MemoryPolicy(
        String mode, @Nullable String nodes, @Nullable List<String> flags) {}
