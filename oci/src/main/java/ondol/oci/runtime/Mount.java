package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mount; section Mounts.
 *
 * @param destination absolute path in the container
 * @param type filesystem type; null or {@code bind} for a bind mount
 * @param source device name, or for binds a path: absolute, or relative to the bundle
 * @param options as {@code man 8 mount} and the specification name them
 * @param uidMappings for an id-mapped mount
 */
@Json
@RecordBuilder
public record Mount(
        String destination,
        @Nullable String type,
        @Nullable String source,
        @Nullable List<String> options,
        @Nullable List<IdMapping> uidMappings,
        @Nullable List<IdMapping> gidMappings) {}
