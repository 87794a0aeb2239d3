package ondol.runtime;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import ondol.linux.Call;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;
import ondol.oci.runtime.Namespace;
import org.jspecify.annotations.Nullable;

/**
 * Which namespaces a container gets: made with its process ({@code man 2 clone}, {@code man 7 namespaces}), or joined
 * where the configuration names a path.
 */
final class NamespaceSteps {
    static final long CLONE_NEWTIME = 0x80;
    static final long CLONE_NEWNS = 0x20000;
    static final long CLONE_NEWCGROUP = 0x2000000;
    static final long CLONE_NEWUTS = 0x4000000;
    static final long CLONE_NEWIPC = 0x8000000;
    static final long CLONE_NEWUSER = 0x10000000;
    static final long CLONE_NEWPID = 0x20000000;
    static final long CLONE_NEWNET = 0x40000000;

    private static final Map<String, Long> FLAGS = Map.of(
            "pid", CLONE_NEWPID,
            "network", CLONE_NEWNET,
            "mount", CLONE_NEWNS,
            "ipc", CLONE_NEWIPC,
            "uts", CLONE_NEWUTS,
            "user", CLONE_NEWUSER,
            "cgroup", CLONE_NEWCGROUP,
            "time", CLONE_NEWTIME);

    private final Map<String, Namespace> namespaces = new HashMap<>();

    NamespaceSteps(@Nullable List<Namespace> list) {
        for (Namespace namespace : list == null ? List.<Namespace>of() : list) {
            if (!FLAGS.containsKey(namespace.type())) {
                throw new IllegalArgumentException("unknown namespace type: " + namespace.type());
            }
            namespaces.put(namespace.type(), namespace);
        }
    }

    /** The flag of {@code clone} for a namespace type of the specification; 0 for an unknown one. */
    static long flag(String type) {
        return FLAGS.getOrDefault(type, 0L);
    }

    /** Whether the container has a namespace of this type that is made for it. */
    boolean fresh(String type) {
        Namespace namespace = namespaces.get(type);
        return namespace != null && namespace.path() == null;
    }

    /** Whether the container shares this with the machine. */
    boolean host(String type) {
        return !namespaces.containsKey(type);
    }

    /** Opens what will be joined, and says what is made with the process. */
    Map<String, Step> before(PlanWriter writer) {
        Map<String, Step> joined = new HashMap<>();
        for (Namespace namespace : namespaces.values()) {
            long flag = flag(namespace.type());
            String path = namespace.path();
            if (path != null) {
                Step opened = writer.openBefore(Purpose.NAMESPACE, path, PlanWriter.O_RDONLY);
                joined.put(namespace.type(), opened);
                if (flag == CLONE_NEWPID) { // holds for the minder's next child
                    writer.plan.before(
                            Purpose.NAMESPACE, Call.SETNS, path + ", CLONE_NEWPID", Step.Kind.PLAIN, opened, flag);
                }
            } else if (flag != CLONE_NEWCGROUP && flag != CLONE_NEWTIME) {
                // the cgroup namespace's root is the group one is in when it is made: it comes after joining
                writer.plan.cloneFlags(flag);
            }
        }
        return joined;
    }

    /** Joins what is shared with another container. */
    void join(PlanWriter writer, Map<String, Step> joined) {
        joined.forEach((type, opened) -> {
            if (!type.equals("pid")) {
                writer.plan.step(Purpose.NAMESPACE, Call.SETNS, opened.shown() + ", " + type, opened, flag(type));
            }
        });
    }

    /** Makes the cgroup namespace, once the process is in its groups. */
    void cgroup(PlanWriter writer) {
        if (fresh("cgroup")) {
            writer.plan.step(Purpose.NAMESPACE, Call.UNSHARE, "CLONE_NEWCGROUP", CLONE_NEWCGROUP);
        }
    }
}
