package ondol.linux.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import ondol.linux.Errno;
import ondol.linux.KernelException;

/** Makes one group in one hierarchy, with the parents and controllers that it needs. */
final class GroupMaker {
    private static final int MISSING = -Errno.ENOENT.number();
    private static final int THERE = -Errno.EEXIST.number();

    private GroupMaker() {}

    /**
     * Makes the group, which must not exist.
     *
     * @return its directory
     */
    static String make(Hierarchy hierarchy, String path) {
        String directory = hierarchy.directory(path);
        int made = GroupFiles.makeDirectory(directory);
        if (made == MISSING) {
            for (String parent : ancestors(path)) {
                if (!parent.isEmpty()) {
                    makeParent(hierarchy, parent);
                }
            }
            made = GroupFiles.makeDirectory(directory);
        }
        GroupFiles.succeed(made, "mkdirat", directory);
        return directory;
    }

    private static void makeParent(Hierarchy hierarchy, String path) {
        String directory = hierarchy.directory(path);
        int made = GroupFiles.makeDirectory(directory);
        if (made != THERE) {
            GroupFiles.succeed(made, "mkdirat", directory);
        }
    }

    /** From the top (the empty path) down to the parent. */
    private static List<String> ancestors(String path) {
        List<String> ancestors = new ArrayList<>();
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            ancestors.add(path.substring(0, slash));
        }
        return ancestors;
    }

    /**
     * Has the parents of a v2 group hand down these controllers, from the top. Looks at the group first: usually it has
     * them, and others (systemd does) may have taken them from the parents meanwhile.
     */
    static void enable(Hierarchy unified, String path, Set<Controller> controllers) {
        List<String> wanted = new ArrayList<>();
        for (Controller controller : controllers) {
            controller
                    .v2Name()
                    .filter(name -> unified.controllers().contains(controller))
                    .ifPresent(wanted::add);
        }
        if (wanted.isEmpty()
                || names(unified.directory(path) + "/cgroup.controllers").containsAll(wanted)) {
            return;
        }
        for (String ancestor : ancestors(path)) {
            String file = unified.directory(ancestor) + "/cgroup.subtree_control";
            List<String> missing = new ArrayList<>(wanted);
            missing.removeAll(names(file));
            if (!missing.isEmpty()) {
                handDown(file, "+" + String.join(" +", missing));
            }
        }
    }

    private static void handDown(String file, String value) {
        int result = GroupFiles.write(file, value);
        if (result == -Errno.EBUSY.number()) {
            throw new KernelException(
                    "write",
                    file + ", " + value + ": a group with processes hands down no controllers, move them to a child",
                    Errno.EBUSY);
        }
        GroupFiles.succeed(result, "write", file + ", " + value);
    }

    private static Set<String> names(String file) {
        return Set.of(GroupFiles.read(file).strip().split(" "));
    }

    /** A new v1 cpuset has no processors and no memory, and takes no process: fill what is empty from above. */
    static void inheritCpuset(Hierarchy hierarchy, String path) {
        List<String> chain = ancestors(path);
        chain.add(path);
        for (String file : List.of("/cpuset.cpus", "/cpuset.mems")) {
            String above = "";
            for (String group : chain) {
                String directory = hierarchy.directory(group);
                String own = GroupFiles.read(directory + file).strip();
                if (own.isEmpty() && !above.isEmpty()) {
                    GroupFiles.mustWrite(directory + file, above);
                    own = above;
                }
                above = own;
            }
        }
    }
}
