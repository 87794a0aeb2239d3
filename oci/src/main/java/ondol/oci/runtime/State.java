package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a runtime tells about a container; section State of runtime.md.
 *
 * @param status {@code creating}, {@code created}, {@code running} or {@code stopped}
 * @param pid on the host; while created or running
 * @param bundle absolute path
 */
@Json
@RecordBuilder
public record State(
        String ociVersion,
        String id,
        String status,
        @Nullable Integer pid,
        String bundle,
        @Nullable Map<String, String> annotations) {}
