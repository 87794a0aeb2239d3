package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a container is made of: {@code config.json} of a bundle, for Linux. See config.md of the OCI runtime
 * specification 1.2 and 1.3; sections named in this package are those of config.md and config-linux.md there.
 *
 * @param ociVersion version of the specification the file follows, such as {@code 1.2.0}
 * @param process null only where a container is created and never started
 * @param hostname name in the container's uts namespace
 * @param domainname NIS domain name in the container's uts namespace
 * @param mounts in the order to be made
 */
@Json
@RecordBuilder
public record Spec(
        String ociVersion,
        @Nullable Process process,
        @Nullable Root root,
        @Nullable String hostname,
        @Nullable String domainname,
        @Nullable List<Mount> mounts,
        @Nullable Hooks hooks,
        @Nullable Map<String, String> annotations,
        @Nullable Linux linux) {}
