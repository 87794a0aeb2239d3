package ondol.linux.cgroup;

import java.util.Set;

/**
 * One mounted hierarchy of control groups.
 *
 * @param mount the mount point, absolute and without a slash at its end, such as {@code /sys/fs/cgroup/memory}
 * @param unified whether it is the v2 hierarchy
 * @param controllers those that live here: in v1 all of the mount, in v2 what {@code cgroup.controllers} of its root says
 */
public record Hierarchy(String mount, boolean unified, Set<Controller> controllers) {
    public Hierarchy {
        controllers = Set.copyOf(controllers);
    }

    /** Where the group of this path is in the file system. */
    String directory(String path) {
        return mount + path;
    }
}
