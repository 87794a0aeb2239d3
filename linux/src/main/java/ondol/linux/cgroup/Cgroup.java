package ondol.linux.cgroup;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import org.jspecify.annotations.Nullable;

/**
 * A container's control group: the directories of one path in those hierarchies that the container needs. What it does
 * in v2 and beside it (hybrid) goes through the unified hierarchy, whose kill and freeze are whole and prompt.
 */
public final class Cgroup {
    private final CgroupTree tree;
    private final String path;

    /** Replaced as a whole when an update adds a hierarchy. */
    private volatile Map<Hierarchy, String> directories;

    Cgroup(CgroupTree tree, String path, Map<Hierarchy, String> directories) {
        this.tree = tree;
        this.path = path;
        this.directories = directories;
    }

    /** The path below each hierarchy's mount point, such as {@code /ondol/web}. */
    public String path() {
        return path;
    }

    /**
     * The files into which a process writes {@code 0} to join the group: {@code tasks} of each v1 hierarchy (the cheapest
     * way: it moves the one thread that writes) and {@code cgroup.procs} of the unified one.
     */
    public List<Path> joinFiles() {
        List<Path> files = new ArrayList<>();
        directories.forEach((hierarchy, directory) ->
                files.add(Path.of(directory, hierarchy.unified() ? "cgroup.procs" : "tasks")));
        return files;
    }

    /** {@link #joinFiles} without the unified hierarchy, for a process that was cloned into {@link #unifiedDirectory}. */
    public List<Path> v1JoinFiles() {
        return joinFiles().stream().filter(file -> file.endsWith("tasks")).toList();
    }

    /** The directory to open for {@code CLONE_INTO_CGROUP} ({@code man 2 clone3}); empty without a v2 hierarchy. */
    public Optional<Path> unifiedDirectory() {
        return Optional.ofNullable(unified()).map(Path::of);
    }

    /**
     * Moves a running process, with all its threads, into the group.
     *
     * @throws KernelException ESRCH where there is no such process
     */
    public void add(int pid) {
        for (String directory : directories.values()) {
            GroupFiles.mustWrite(directory + "/cgroup.procs", Integer.toString(pid));
        }
    }

    /** The processes in the group and in groups that they made below it; numbers of this process's pid namespace. */
    public List<Integer> processes() {
        String main = main();
        return main == null ? List.of() : GroupProcesses.below(main);
    }

    /** Whether a process is in the group or below it. */
    public boolean isPopulated() {
        String unified = unified();
        String events = unified == null ? null : GroupFiles.readOrNull(unified + "/cgroup.events");
        return events == null
                ? !processes().isEmpty()
                : StatsReader.keyed(events).getOrDefault("populated", 0L) == 1;
    }

    /**
     * Sends SIGKILL to every process in the group and below it, so that none escapes by forking: by {@code cgroup.kill}
     * (Linux 5.14), before it by freezing first. Does not wait for their end, and does nothing where the group is gone.
     */
    public void kill() {
        String unified = unified();
        if (unified != null && GroupFiles.write(unified + "/cgroup.kill", "1") == 0) {
            return;
        }
        String main = main();
        if (main == null || !GroupFiles.exists(main)) {
            return;
        }
        Freezer freezer = freezer();
        boolean frozen = freezer.tryFreeze();
        GroupProcesses.signal(main);
        if (frozen) {
            freezer.thaw();
        }
    }

    /**
     * Stops every process in the group and waits until they stand.
     *
     * @throws KernelException ETIMEDOUT where some do not stand after five seconds; then they all go on
     */
    public void freeze() {
        freezer().freeze();
    }

    /** Lets frozen processes go on. */
    public void thaw() {
        freezer().thaw();
    }

    public boolean isFrozen() {
        return freezer().isFrozen();
    }

    /** What the group's processes used until now, also those that ended. */
    public Stats stats() {
        return new StatsReader(this).read();
    }

    /** What is metered of the group, read as cheaply as can be; nothing where it is gone. */
    public Counters counters() {
        try (CountersReader reader = new CountersReader(this)) {
            return reader.read();
        }
    }

    /** Bytes of memory that are charged to the group now; 0 where it is gone. */
    public long memoryNow() {
        try (CountersReader reader = new CountersReader(this)) {
            return reader.memory();
        }
    }

    /** How many processes were killed because the group's memory was at its limit; counted by the kernel. */
    public long oomKills() {
        return new StatsReader(this).oomKills();
    }

    /**
     * Changes the limits that are said and leaves the others. Where one is refused, those already written are put back.
     *
     * @throws LimitException where a limit is senseless, or cannot be kept here or now
     */
    public synchronized void update(Resources resources) {
        ResourceChecks.check(resources);
        Set<Hierarchy> added = addControllers(Needs.of(resources, tree.hierarchies()));
        try {
            apply(resources, true);
        } finally {
            // a group was added for these limits: its processes must be in it, whatever became of the limits
            for (Hierarchy hierarchy : added) {
                moveAll(directory(hierarchy));
            }
        }
    }

    /**
     * Removes the group from every hierarchy, killing what is in it, and groups that its processes made below it. Does
     * nothing where it is gone.
     *
     * @throws KernelException EBUSY where processes do not end within some seconds
     */
    public synchronized void remove() {
        new GroupRemover(this).remove(directories.values());
        directories = Map.of();
    }

    /** Undoes a creation that failed, where the group has had no process yet. */
    void removeOwn() {
        for (String directory : directories.values()) {
            GroupFiles.succeed(GroupFiles.removeDirectory(directory), "unlinkat", directory);
        }
        directories = Map.of();
    }

    /**
     * Makes what is missing of the group for these controllers.
     *
     * @return the hierarchies that were added
     */
    Set<Hierarchy> addControllers(Set<Controller> controllers) {
        Set<Hierarchy> added = new HashSet<>();
        Hierarchy unified = tree.hierarchies().unified().orElse(null);
        if (unified != null) {
            addHierarchy(unified, added);
            GroupMaker.enable(unified, path, controllers);
        }
        for (Controller controller : controllers) {
            Hierarchy home = tree.hierarchies().home(controller).orElseThrow();
            if (!home.unified()
                    && addHierarchy(home, added)
                    && home.controllers().contains(Controller.CPUSET)) {
                GroupMaker.inheritCpuset(home, path);
            }
        }
        return added;
    }

    private boolean addHierarchy(Hierarchy hierarchy, Set<Hierarchy> added) {
        if (directories.containsKey(hierarchy)) {
            return false;
        }
        Map<Hierarchy, String> more = new LinkedHashMap<>(directories);
        more.put(hierarchy, GroupMaker.make(hierarchy, path));
        directories = more;
        return added.add(hierarchy);
    }

    /** Moves the group's processes, which may be forking, into a directory of it that they were not in. */
    private void moveAll(String directory) {
        // children of those that were moved are in it from birth, so this ends
        while (true) {
            Set<Integer> outside = new HashSet<>(processes());
            outside.removeAll(GroupProcesses.below(directory));
            if (outside.isEmpty()) {
                return;
            }
            for (int pid : outside) {
                int result = GroupFiles.write(directory + "/cgroup.procs", Integer.toString(pid));
                if (result != -Errno.ESRCH.number()) {
                    GroupFiles.succeed(result, "write", directory + "/cgroup.procs, " + pid);
                }
            }
        }
    }

    /** Writes the limits, whose controllers are there. */
    void apply(Resources resources, boolean restore) {
        List<Setting> settings = new ArrayList<>(Settings.of(resources, new View()));
        List<DeviceRule> rules = resources.devices();
        String unified = unified();
        if (rules != null && unified == null) {
            settings.addAll(V1Devices.settings(rules));
        }
        SettingsWriter writer = new SettingsWriter(this, restore);
        writer.write(settings);
        if (rules != null && unified != null) {
            try {
                tree.devicePrograms().replace(unified, rules);
            } catch (RuntimeException e) {
                writer.putBack();
                throw e;
            }
        }
    }

    private Freezer freezer() {
        String unified = unified();
        if (unified != null) {
            return new Freezer(unified, true);
        }
        String freezer = directory(Controller.FREEZER);
        if (freezer == null) {
            throw new KernelException(
                    "freeze", path + ": " + tree.hierarchies().whyMissing(Controller.FREEZER), Errno.ENOTSUP);
        }
        return new Freezer(freezer, false);
    }

    @Nullable
    String unified() {
        return tree.hierarchies().unified().map(directories::get).orElse(null);
    }

    /** Whether the controller's files of this group are v2's. */
    boolean v2(Controller controller) {
        return tree.hierarchies().inUnified(controller);
    }

    /** Where the controller's files of this group are; null where the group is not in its hierarchy. */
    @Nullable
    String directory(Controller controller) {
        return tree.hierarchies().home(controller).map(directories::get).orElse(null);
    }

    private String directory(Hierarchy hierarchy) {
        return java.util.Objects.requireNonNull(directories.get(hierarchy));
    }

    /** The directory that knows the processes best; null where the group was removed. */
    private @Nullable String main() {
        String unified = unified();
        return unified != null
                ? unified
                : directories.values().stream().findFirst().orElse(null);
    }

    @Override
    public String toString() {
        return "Cgroup[" + path + " in " + directories.size() + " hierarchies]";
    }

    /** This group as the translation of limits sees it. */
    private final class View implements GroupView {
        @Override
        public boolean v2(Controller controller) {
            return Cgroup.this.v2(controller);
        }

        @Override
        public boolean has(Controller controller, String file) {
            String directory = directory(controller);
            return directory != null && GroupFiles.exists(directory + "/" + file);
        }

        @Override
        public @Nullable String read(Controller controller, String file) {
            String directory = directory(controller);
            String content = directory == null ? null : GroupFiles.readOrNull(directory + "/" + file);
            return content == null ? null : content.strip();
        }
    }
}
