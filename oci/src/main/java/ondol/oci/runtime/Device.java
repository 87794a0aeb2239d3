package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A device file; section Devices.
 *
 * @param type {@code c}, {@code b}, {@code u} or {@code p}
 * @param path in the container
 * @param major not for {@code p}
 * @param fileMode permission bits
 */
@Json
@RecordBuilder
public record Device(
        String type,
        String path,
        @Nullable Long major,
        @Nullable Long minor,
        @Nullable Integer fileMode,
        @Nullable Long uid,
        @Nullable Long gid) {}
