package ondol.oci.runtime;

import io.avaje.jsonb.Json;
import io.avaje.recordbuilder.RecordBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Programs run at points of a container's life; section POSIX-platform Hooks.
 *
 * @param prestart as createRuntime; deprecated
 * @param createRuntime in the runtime's namespaces, before the root is changed
 * @param createContainer in the container's namespaces, before the root is changed
 * @param startContainer in the container, before its process
 * @param poststart in the runtime's namespaces, after the process started
 * @param poststop in the runtime's namespaces, after the container was deleted
 */
@Json
@RecordBuilder
public record Hooks(
        @Nullable List<Hook> prestart,
        @Nullable List<Hook> createRuntime,
        @Nullable List<Hook> createContainer,
        @Nullable List<Hook> startContainer,
        @Nullable List<Hook> poststart,
        @Nullable List<Hook> poststop) {}
