package ondol.linux.seccomp;

import io.avaje.jsonb.Json;
import java.util.List;
import java.util.Map;

/**
 * The names in {@code default-policy.json}: calls that a container of the default policy may make whatever their
 * arguments are.
 *
 * @param always in every container
 * @param capability in containers that have this capability
 * @param kernel on kernels of this version or newer
 * @param architecture on machines of this architecture
 */
@Json
record DefaultPolicy(
        List<String> always,
        Map<String, List<String>> capability,
        Map<String, List<String>> kernel,
        Map<String, List<String>> architecture) {}
