package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets of capabilities, with names such as {@code CAP_KILL}; section Linux Process, {@code man 7 capabilities}.
 */
@Json
@RecordBuilder
public record Capabilities(
        @Nullable List<String> bounding,
        @Nullable List<String> effective,
        @Nullable List<String> inheritable,
        @Nullable List<String> permitted,
        @Nullable List<String> ambient) {}
