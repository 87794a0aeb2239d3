package ondol.oci.runtime;

import io.avaje.jsonb.Json;

/**
 * A block device's limit; section Block IO.
 *
 * @param rate bytes or operations per second
 */
@Json
public record BlockIoRate(long major, long minor, long rate) {}
