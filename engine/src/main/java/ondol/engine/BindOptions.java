package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import org.jspecify.annotations.Nullable;

/**
 * What a bind mount can say beside source and target.
 *
 * @param propagation {@code rprivate} (default), {@code private}, {@code rshared}, {@code shared}, {@code rslave}, {@code slave}
 * @param createMountpoint make a missing source a folder
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record BindOptions(
        @Json.Property("Propagation") @Nullable String propagation,
        @Nullable Boolean nonRecursive,
        @Nullable Boolean createMountpoint,
        @Nullable Boolean readOnlyNonRecursive,
        @Nullable Boolean readOnlyForceRecursive) {}
