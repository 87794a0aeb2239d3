package ondol.engine.spec;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;

/** Kernel parameters of a container: only those that belong to a namespace which is the container's own. */
final class Sysctls {
    private static final Set<String> IPC = Set.of(
            "kernel.msgmax",
            "kernel.msgmnb",
            "kernel.msgmni",
            "kernel.sem",
            "kernel.shmall",
            "kernel.shmmax",
            "kernel.shmmni",
            "kernel.shm_rmid_forced");
    private static final Map<String, String> NETWORK_DEFAULTS =
            Map.of("net.ipv4.ip_unprivileged_port_start", "0", "net.ipv4.ping_group_range", "0 2147483647");

    private static final String NOT_OWN = "is not in a separate kernel namespace";

    private Sysctls() {}

    static Map<String, String> of(HostConfig host, boolean userNamespace) {
        check(host);
        NamespaceChoice choice = NamespaceChoice.of(host);
        Map<String, String> sysctls = new TreeMap<>();
        // A user namespace maps too few groups for the range, and its root may bind low ports anyway.
        if (choice.own(choice.network()) && !userNamespace) {
            sysctls.putAll(NETWORK_DEFAULTS);
        }
        sysctls.putAll(Absent.map(host.sysctls()));
        return sysctls;
    }

    static void check(HostConfig host) {
        NamespaceChoice choice = NamespaceChoice.of(host);
        for (String given : Absent.map(host.sysctls()).keySet()) {
            String name = dotted(given);
            // Names become paths.
            refuse(given.contains("..") || given.contains("//"), given, NOT_OWN);
            if (IPC.contains(name) || name.startsWith("fs.mqueue.")) {
                refuse(choice.ipc().equals("host"), given, "is not allowed in the hosts ipc namespace");
            } else if (name.startsWith("net.")) {
                refuse(choice.network().equals("host"), given, "not allowed in host network namespace");
            } else {
                boolean own = choice.own(choice.uts());
                refuse(
                        own && name.equals("kernel.hostname"),
                        given,
                        "is not allowed as it conflicts with the OCI \"hostname\" field");
                refuse(!own || !name.equals("kernel.domainname"), given, NOT_OWN);
            }
        }
    }

    /** With slashes between its parts a name may have dots inside them. */
    private static String dotted(String name) {
        int slash = name.indexOf('/');
        int dot = name.indexOf('.');
        return slash < 0 || (dot >= 0 && dot < slash) ? name : name.replace('/', '.');
    }

    private static void refuse(boolean refused, String name, String why) {
        if (refused) {
            throw EngineException.invalid("sysctl \"" + name + "\" " + why);
        }
    }
}
