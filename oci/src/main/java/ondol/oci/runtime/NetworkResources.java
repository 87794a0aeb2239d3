package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Marks for the host's traffic control; section Network.
 *
 * @param classID net_cls
 * @param priorities net_prio
 */
@Json
public record NetworkResources(
        @Nullable Long classID, @Nullable List<InterfacePriority> priorities) {}
