package ondol.engine.spec;

import java.util.List;
import java.util.Set;
import ondol.engine.ContainerConfig;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import org.jspecify.annotations.Nullable;

/** Refuses what makes no sense for a container that has a root of its own and nothing else. */
public final class ChrootCheck {
    private static final Set<String> SHARED = Set.of("", "default", "bridge", "host");

    private ChrootCheck() {}

    /**
     * @param asked as the user said it: what an image says of volumes and ports is passed over
     * @param machine whether the image is the machine's own files
     * @throws EngineException naming the first thing that cannot be
     */
    public static void check(ContainerConfig asked, HostConfig host, boolean machine) {
        refuse(machine, "the image host: the machine's own files cannot be copied");
        boolean mounts = !Absent.list(host.binds()).isEmpty()
                || !Absent.list(host.mounts()).isEmpty()
                || !Absent.list(host.volumesFrom()).isEmpty()
                || !Absent.map(asked.volumes()).isEmpty();
        refuse(mounts, "mounts and volumes: nothing is mounted");
        refuse(!Absent.map(host.tmpfs()).isEmpty(), "tmpfs: nothing is mounted");
        refuse(Absent.no(host.readonlyRootfs()), "a read-only root: that is a mount's property");
        refuse(Absent.no(host.init()), "an init: it has no process 1 of its own");
        refuse(Absent.no(host.privileged()), "--privileged: nothing separates it from the machine but its root");
        boolean ports = !Absent.map(host.portBindings()).isEmpty() || Absent.no(host.publishAllPorts());
        refuse(ports, "published ports: it has the machine's network");
        refuse(!SHARED.contains(Absent.text(host.networkMode())), "a network mode: it has the machine's network");
        refuse(named(asked.hostname()) || named(asked.domainname()), "a hostname: it has the machine's");
        refuse(!Absent.map(host.sysctls()).isEmpty(), "sysctls: they belong to namespaces");
        refuse(own(host.pidMode()), "a pid mode: it has the machine's processes");
        refuse(own(host.ipcMode()), "an ipc mode: it has the machine's");
        refuse(own(host.cgroupnsMode()), "a cgroup namespace: it has the machine's");
        refuse(own(host.usernsMode()), "a user namespace: it has the machine's");
        boolean hosts = !Absent.list(host.dns()).isEmpty()
                || !Absent.list(host.dnsSearch()).isEmpty()
                || !Absent.list(host.dnsOptions()).isEmpty()
                || !Absent.list(host.extraHosts()).isEmpty();
        refuse(hosts, "names of hosts: the files in its /etc are the image's");
    }

    private static boolean named(@Nullable String name) {
        return !Absent.text(name).isEmpty();
    }

    private static boolean own(@Nullable String mode) {
        return !List.of("", "host").contains(Absent.text(mode));
    }

    private static void refuse(boolean refused, String what) {
        if (refused) {
            throw EngineException.invalid("isolation chroot goes without " + what);
        }
    }
}
