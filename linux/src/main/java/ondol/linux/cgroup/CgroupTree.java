package ondol.linux.cgroup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import org.jspecify.annotations.Nullable;

/**
 * Makes, finds and removes control groups in all hierarchies at once: a path such as {@code /ondol/web} stands for a
 * group below each hierarchy's mount point. Containers are leaves of the tree: in v2 a group that has processes can have
 * no children with controllers.
 *
 * <p>Any thread may call at any time; two callers must not create or remove the same path at once.
 */
public final class CgroupTree implements AutoCloseable {
    private final Hierarchies hierarchies;
    private final DevicePrograms devicePrograms = new DevicePrograms();

    public CgroupTree(Hierarchies hierarchies) {
        this.hierarchies = hierarchies;
    }

    public Hierarchies hierarchies() {
        return hierarchies;
    }

    DevicePrograms devicePrograms() {
        return devicePrograms;
    }

    /**
     * Makes a group with limits. Missing parents are made; in v2, controllers that the parents do not hand down yet are
     * enabled from the top (and none is ever disabled). Where anything is refused, nothing is left behind but parents.
     *
     * @param parent such as {@code /ondol}; {@code /} is the top
     * @param name a name without slashes
     * @throws LimitException where a limit is senseless, or cannot be kept here
     * @throws KernelException where the kernel refuses otherwise; EEXIST where the group exists
     */
    public Cgroup create(String parent, String name, Resources resources) {
        String path = child(checkedPath(parent), name);
        ResourceChecks.check(resources);
        var needs = Needs.of(resources, hierarchies);
        needs.addAll(Needs.always(hierarchies));
        Cgroup group = new Cgroup(this, path, Map.of());
        try {
            group.addControllers(needs);
            group.apply(resources, false);
            return group;
        } catch (RuntimeException e) {
            try {
                group.removeOwn();
            } catch (RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /**
     * Tries limits on a group that is made for it, holds no process, and is gone afterwards: so that the kernel's refusal
     * is known before anything is changed.
     *
     * @throws LimitException as {@link #create}
     */
    public void tryOut(String parent, String name, Resources resources) {
        create(parent, name, resources).removeOwn();
    }

    /**
     * Finds a group that was made before, perhaps by an engine that has ended since.
     *
     * @return empty where no hierarchy has it
     */
    public Optional<Cgroup> open(String path) {
        String checked = checkedPath(path);
        Map<Hierarchy, String> directories = new LinkedHashMap<>();
        for (Hierarchy hierarchy : hierarchies.all()) {
            String directory = hierarchy.directory(checked);
            if (GroupFiles.exists(directory)) {
                directories.put(hierarchy, directory);
            }
        }
        return directories.isEmpty() ? Optional.empty() : Optional.of(new Cgroup(this, checked, directories));
    }

    /** The names of the groups below this one, in any hierarchy: what an engine that starts compares to its records. */
    public SortedSet<String> children(String parent) {
        String checked = checkedPath(parent);
        SortedSet<String> names = new TreeSet<>();
        for (Hierarchy hierarchy : hierarchies.all()) {
            Path directory = Path.of(hierarchy.directory(checked));
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            } catch (NoSuchFileException e) {
                // this hierarchy has no such group
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list the control groups in " + directory, e);
            }
        }
        return names;
    }

    /**
     * Has parents guarantee as much memory as the groups below them, without which v2 keeps no guarantee; nothing to do in
     * v1. To be called after guarantees changed; two callers must not at once.
     *
     * @param parent the lowest group that is raised, such as {@code /ondol}
     * @param own a group whose guarantee sinks again too, because nobody else sets it; null for none
     */
    public void coverGuarantees(String parent, @Nullable String own) {
        if (hierarchies.inUnified(Controller.MEMORY)) {
            Guarantees.cover(hierarchies.unified().orElseThrow(), checkedPath(parent), own);
        }
    }

    /** Removes a parent from every hierarchy where it has no processes and no children; elsewhere it stays. */
    public void prune(String path) {
        String checked = checkedPath(path);
        if (checked.isEmpty()) {
            return;
        }
        for (Hierarchy hierarchy : hierarchies.all()) {
            String directory = hierarchy.directory(checked);
            int result = GroupFiles.removeDirectory(directory);
            if (result != -Errno.ENOENT.number() && result != -Errno.EBUSY.number()) {
                GroupFiles.succeed(result, "unlinkat", directory);
            }
        }
    }

    /** Lets go of loaded device programs; the groups that they are attached to keep them. */
    @Override
    public void close() {
        devicePrograms.close();
    }

    /** The path without a slash at its end, so that the top is empty. */
    private static String checkedPath(String path) {
        if (path.equals("/")) {
            return "";
        }
        if (!path.startsWith("/") || path.endsWith("/") || path.length() > 2048) {
            throw new IllegalArgumentException(
                    "a control group's path is absolute and has no slash at its end, such as /ondol/web: " + path);
        }
        for (String name : path.substring(1).split("/", -1)) {
            checkName(name);
        }
        return path;
    }

    private static String child(String parent, String name) {
        checkName(name);
        return parent + "/" + name;
    }

    private static void checkName(String name) {
        if (name.isEmpty()
                || name.length() > 255
                || name.equals(".")
                || name.equals("..")
                || name.indexOf('/') >= 0
                || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "not a control group's name; use letters, digits, '-', '_' and '.': " + name);
        }
    }
}
