package ondol.engine;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;

/**
 * A resource limit of the process ({@code man 2 setrlimit}); -1 is unlimited.
 *
 * @param name such as {@code nofile}
 */
@Json(naming = Json.Naming.UpperCamel)
@RecordBuilder
public record Ulimit(
        @Json.Property("Name") String name,
        @Json.Property("Soft") long soft,
        @Json.Property("Hard") long hard) {}
