package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom the process runs as; section User. Ids are unsigned 32-bit numbers in the container's user namespace.
 *
 * @param umask null to inherit
 * @param username only Windows uses it
 */
@Json
@RecordBuilder
public record User(
        long uid,
        long gid,
        @Nullable Integer umask,
        @Nullable List<Long> additionalGids,
        @Nullable String username) {}
