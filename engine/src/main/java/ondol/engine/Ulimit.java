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
public record Ulimit(String name, long soft, long hard) {}
