package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * A block device's share; section Block IO.
 *
 * @param weight 10 to 1000
 */
@Json
public record BlockIoWeight(
        long major,
        long minor,
        @Nullable Integer weight,
        @Nullable Integer leafWeight) {}
