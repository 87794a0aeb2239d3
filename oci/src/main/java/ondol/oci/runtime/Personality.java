package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Execution domain; section Personality, {@code man 2 personality}.
 *
 * @param domain {@code LINUX} or {@code LINUX32}
 * @param flags none is defined
 */
@Json
public record Personality(String domain, @Nullable List<String> flags) {}
