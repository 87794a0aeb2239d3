package ondol.oci.runtime;

import io.avaje.jsonb.Json;

/**
 * A terminal's size in characters; section Process.
 */
@Json
public record ConsoleSize(int height, int width) {}
