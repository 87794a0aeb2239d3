package ondol.oci.runtime;

import io.avaje.jsonb.Json;

/**
 * Priority of the container's traffic on an interface; section Network.
 */
@Json
public record InterfacePriority(String name, long priority) {}
