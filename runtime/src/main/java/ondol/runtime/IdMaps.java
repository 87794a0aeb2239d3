package ondol.runtime;

import java.util.List;
import java.util.stream.Collectors;
import ondol.linux.plan.Plan;
import ondol.linux.plan.PlanBuilder;
import ondol.oci.runtime.IdMapping;
import org.jspecify.annotations.Nullable;

/** Maps of users and groups between a user namespace and the machine ({@code man 7 user_namespaces}). */
public final class IdMaps {
    private IdMaps() {}

    /**
     * A process that only waits at its gate, in a user namespace with these maps: whoever opens the namespace meanwhile can
     * give it to the plan of a container, which wants it before the container's own is there.
     */
    public static Plan holder(List<IdMapping> uids, List<IdMapping> gids) {
        return new PlanBuilder()
                .cloneFlags(NamespaceSteps.CLONE_NEWUSER)
                .idMaps(text(uids), text(gids))
                .gate()
                .build();
    }

    /** As {@code /proc/PID/uid_map} takes it. */
    static String text(List<IdMapping> mappings) {
        return mappings.stream()
                .map(map -> "%d %d %d\n".formatted(map.containerID(), map.hostID(), map.size()))
                .collect(Collectors.joining());
    }

    /**
     * What user 0 of the namespace is outside.
     *
     * @throws IllegalArgumentException unless there is one range, which begins with user 0
     */
    static long first(@Nullable List<IdMapping> mappings) {
        if (mappings == null || mappings.size() != 1 || mappings.getFirst().containerID() != 0) {
            throw new IllegalArgumentException("a user namespace wants one range of ids that begins with 0");
        }
        return mappings.getFirst().hostID();
    }
}
