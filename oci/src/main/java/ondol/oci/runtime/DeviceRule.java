package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * Whether devices may be used; section Allowed Device list.
 *
 * @param type {@code a} (all, default), {@code c} or {@code b}
 * @param major null or -1 for all
 * @param minor null or -1 for all
 * @param access of {@code r}, {@code w}, {@code m}
 */
@Json
public record DeviceRule(
        boolean allow,
        @Nullable String type,
        @Nullable Long major,
        @Nullable Long minor,
        @Nullable String access) {}
