package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * A network interface to move into the container; section Network Devices.
 *
 * @param name its name there; null to keep it
 */
@Json
public record NetDevice(@Nullable String name) {}
