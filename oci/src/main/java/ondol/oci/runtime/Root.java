package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * The container's root filesystem; section Root.
 *
 * @param path absolute, or relative to the bundle
 */
@Json
public record Root(String path, @Nullable Boolean readonly) {}
