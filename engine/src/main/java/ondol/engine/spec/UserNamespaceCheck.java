package ondol.engine.spec;

import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import org.jspecify.annotations.Nullable;

/** Refuses what a container with a user namespace cannot have, for all its namespaces belong to that one. */
final class UserNamespaceCheck {
    private UserNamespaceCheck() {}

    static void check(HostConfig host) {
        if (!NamespaceChoice.mapsUsers(host)) {
            return;
        }
        refuse(Absent.no(host.privileged()), "be privileged");
        refuse(shared(host.networkMode()), "have another's network");
        refuse(shared(host.pidMode()), "have another's processes");
        refuse(shared(host.ipcMode()), "have another's ipc");
        refuse("host".equals(host.utsMode()), "have the machine's name");
        refuse(
                Absent.list(host.mounts()).stream().anyMatch(mount -> MountPoint.IMAGE.equals(mount.type())),
                "have images mounted");
        refuse("host".equals(host.cgroupnsMode()), "have the machine's cgroup namespace");
    }

    private static boolean shared(@Nullable String mode) {
        return "host".equals(mode) || NamespaceChoice.container(mode) != null;
    }

    private static void refuse(boolean refused, String what) {
        if (refused) {
            throw EngineException.invalid("a container with --userns=auto cannot " + what);
        }
    }
}
