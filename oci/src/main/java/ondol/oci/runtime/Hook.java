package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A program to run; section POSIX-platform Hooks. The state comes on its stdin.
 *
 * @param path absolute
 * @param args as for {@code execv}: the first is the name
 * @param timeout seconds
 */
@Json
public record Hook(
        String path,
        @Nullable List<String> args,
        @Nullable List<String> env,
        @Nullable Integer timeout) {}
