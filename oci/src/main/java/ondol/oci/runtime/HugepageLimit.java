package ondol.oci.runtime;

import io.avaje.jsonb.Json;

/**
 * Limit of huge pages of one size; section Huge page limits.
 *
 * @param pageSize such as {@code 2MB}
 * @param limit bytes
 */
@Json
public record HugepageLimit(String pageSize, long limit) {}
