package ondol.oci.runtime;

import io.avaje.jsonb.Json;

/**
 * A range of ids of a user namespace; section User namespace mappings. Unsigned 32-bit numbers.
 *
 * @param containerID first id inside
 * @param hostID first id outside
 * @param size how many
 */
@Json
public record IdMapping(long containerID, long hostID, long size) {}
