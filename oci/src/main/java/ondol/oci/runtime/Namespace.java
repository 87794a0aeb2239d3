package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import org.jspecify.annotations.Nullable;

/**
 * A namespace of the container; section Namespaces.
 *
 * @param type {@code pid}, {@code network}, {@code mount}, {@code ipc}, {@code uts}, {@code user}, {@code cgroup} or {@code time}
 * @param path of an existing one to join; null for a new one
 */
@Json
public record Namespace(String type, @Nullable String path) {}
