package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * The process's input and output priority; section Linux Process, {@code man 2 ioprio_set}.
 *
 * @param ioClass {@code IOPRIO_CLASS_RT}, {@code IOPRIO_CLASS_BE} or {@code IOPRIO_CLASS_IDLE}
 * @param priority 0 (highest) to 7
 */
@Json
public record IoPriority(
        @Json.Property("class") String ioClass, @Nullable Integer priority) {}
