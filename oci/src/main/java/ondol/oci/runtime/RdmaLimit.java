package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Limits of an RDMA device; section RDMA.
 */
@Json
public record RdmaLimit(@Nullable Long hcaHandles, @Nullable Long hcaObjects) {}
