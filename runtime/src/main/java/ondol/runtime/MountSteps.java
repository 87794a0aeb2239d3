package ondol.runtime;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.linux.Errno;
import ondol.linux.Mounts;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;
import ondol.oci.runtime.Mount;
import org.jspecify.annotations.Nullable;

/**
 * The mounts of a container. What comes from the machine is opened before {@code pivot_root}; everything is put in its
 * place after it, where no name and no link of the image leads out.
 */
final class MountSteps {
    private static final Set<Errno> NOTHING_THERE = EnumSet.of(Errno.ENOENT, Errno.ENOTDIR);

    private static final Set<Errno> NOT_MAPPED = EnumSet.of(Errno.EINVAL, Errno.EPERM);
    private static final Pattern OF_A_PROCESS = Pattern.compile("/proc/([0-9]+)/root(/.*)");

    private final PlanWriter writer;
    private final List<String> cgroupMounts;
    private final Map<Mount, MountOptions> options = new HashMap<>();
    private final Map<Mount, Step> sources = new LinkedHashMap<>();

    MountSteps(PlanWriter writer, List<Mount> mounts, List<String> cgroupMounts) {
        this.writer = writer;
        this.cgroupMounts = cgroupMounts;
        for (Mount mount : mounts) {
            options.put(mount, MountOptions.parse(mount.options()));
        }
    }

    /** Takes hold of the sources of bind mounts, with mapped owners where their file system knows such. */
    void openMapped(List<Mount> mounts, MappedRoot mapped) {
        openSources(mounts, false);
        sources.forEach((mount, tree) -> {
            boolean recursive =
                    options.getOrDefault(mount, MountOptions.parse(List.of())).recursiveBind();
            mapped.map(tree, recursive, NOT_MAPPED);
            if (recursive) { // the uppermost at least, where one below it cannot be; EPERM where it is done
                mapped.map(tree, false, NOT_MAPPED);
            }
        });
    }

    /** The options of the tmpfs on a place; null where something else is there. */
    @Nullable
    String tmpfs(String place, List<Mount> mounts) {
        for (Mount mount : mounts) {
            MountOptions parsed = options.get(mount);
            if (parsed != null && place.equals(mount.destination()) && "tmpfs".equals(mount.type())) {
                return parsed.data();
            }
        }
        return null;
    }

    /** A mount on this place is there already, detached. */
    void source(String place, List<Mount> mounts, Step tree) {
        for (Mount mount : mounts) {
            if (place.equals(mount.destination())) {
                sources.put(mount, tree);
            }
        }
    }

    /** Whether mounts on one side of a bind mount are to be seen on the other ({@code man 7 mount_namespaces}). */
    boolean spreads() {
        return options.values().stream()
                .anyMatch(parsed ->
                        parsed.bind() && parsed.propagation() != 0 && (parsed.propagation() & Mounts.MS_PRIVATE) == 0);
    }

    /**
     * Takes hold of the sources of bind mounts, while the machine's root is still there.
     *
     * @param separated whether nothing spreads in the mount namespace that they are taken from
     */
    void openSources(List<Mount> mounts, boolean separated) {
        for (Mount mount : mounts) {
            MountOptions parsed = options.get(mount);
            if (parsed == null || !parsed.bind()) {
                continue;
            }
            Step source = open(source(mount), parsed);
            sources.put(mount, source);
            if (!separated) {
                long propagation = parsed.propagation() == 0 ? Mounts.MS_PRIVATE | Mounts.MS_REC : parsed.propagation();
                boolean recursive = (propagation & Mounts.MS_REC) != 0;
                writer.setAttributes(Purpose.ROOT, source, recursive, 0, 0, propagation & ~Mounts.MS_REC);
            }
            if (parsed.attributes() != 0) {
                writer.setAttributes(Purpose.ROOT, source, false, parsed.attributes(), 0, 0);
            }
            if (parsed.recursive() != 0) {
                writer.setAttributes(Purpose.ROOT, source, true, parsed.recursive(), 0, 0);
            }
        }
    }

    /**
     * Mounts overlays and takes hold of them, while the machine's root is still there. Their sources are the folders that
     * the names of their layers start from.
     *
     * @param place where each is mounted for a moment, in a mount namespace from which nothing spreads
     */
    void openOverlays(List<Mount> mounts, String place) {
        for (Mount mount : mounts) {
            MountOptions parsed = options.get(mount);
            if (parsed == null || !"overlay".equals(mount.type())) {
                continue;
            }
            writer.chdir(Purpose.ROOT, source(mount));
            writer.mount(Purpose.ROOT, "overlay", place, "overlay", 0, parsed.data());
            writer.chdir(Purpose.ROOT, place);
            Step tree = parsed.subpath().isEmpty()
                    ? writer.openTree(Purpose.ROOT, place, false)
                    : writer.openTreeWithoutLinks(Purpose.ROOT, parsed.subpath(), false);
            if (parsed.attributes() != 0) {
                writer.setAttributes(Purpose.ROOT, tree, false, parsed.attributes(), 0, 0);
            }
            writer.unmount(Purpose.ROOT, place);
            sources.put(mount, tree);
        }
    }

    /** A copy of a mount of the machine, or of another container's, whose mount namespace is visited for it. */
    private Step open(String source, MountOptions parsed) {
        boolean recursive = parsed.recursiveBind();
        if (parsed.noLinks()) {
            return writer.openTreeWithoutLinks(Purpose.ROOT, source, recursive);
        }
        Matcher others = OF_A_PROCESS.matcher(source);
        if (!others.matches()) {
            return writer.openTree(Purpose.ROOT, source, recursive);
        }
        // man 2 open_tree: only a mount of one's own namespace can be copied
        Step own = writer.open(Purpose.ROOT, "/proc/self/ns/mnt", PlanWriter.O_RDONLY);
        Step other = writer.open(Purpose.ROOT, "/proc/" + others.group(1) + "/ns/mnt", PlanWriter.O_RDONLY);
        writer.joinMounts(other);
        Step copy = writer.openTree(Purpose.ROOT, others.group(2), recursive);
        writer.joinMounts(own);
        return copy;
    }

    /**
     * Makes /proc and /sys while those of the machine can be seen: a user namespace may make them only then ({@code man 7
     * user_namespaces}). They are put in their places with the others.
     */
    void openKernelViews(List<Mount> mounts) {
        for (Mount mount : mounts) {
            MountOptions parsed = options.get(mount);
            String type = mount.type();
            if (parsed != null && type != null && (type.equals("proc") || type.equals("sysfs"))) {
                sources.put(mount, writer.newMount(Purpose.ROOT, type, parsed.data(), parsed.attributes()));
            }
        }
    }

    /** Puts every mount in its place, in order. */
    void mountAll(List<Mount> mounts, Set<String> files) {
        for (Mount mount : mounts) {
            Step source = sources.get(mount);
            if (source != null) {
                if (files.contains(mount.destination())) {
                    writer.touch(Purpose.ROOT, mount.destination());
                } else {
                    writer.mkdirs(Purpose.ROOT, mount.destination());
                }
                writer.moveMount(Purpose.ROOT, source, mount.destination());
            } else {
                mountNew(mount, options.getOrDefault(mount, MountOptions.parse(List.of())));
            }
        }
    }

    private void mountNew(Mount mount, MountOptions parsed) {
        String type = mount.type() == null ? "none" : mount.type();
        writer.mkdirs(Purpose.ROOT, mount.destination());
        if (type.equals("cgroup") || type.equals("cgroup2")) {
            cgroup(mount, parsed);
            return;
        }
        writer.mount(Purpose.ROOT, source(mount), mount.destination(), type, parsed.flags(), parsed.data());
    }

    /** The container's view of its own groups: one mount on pure v2; elsewhere a folder with one for each hierarchy. */
    private void cgroup(Mount mount, MountOptions parsed) {
        if (cgroupMounts.isEmpty()) {
            writer.mount(Purpose.LIMIT, "cgroup", mount.destination(), "cgroup2", parsed.flags(), "");
            return;
        }
        long base = parsed.flags() & ~(Mounts.MS_RDONLY | Mounts.MS_RELATIME);
        writer.mount(Purpose.LIMIT, "tmpfs", mount.destination(), "tmpfs", base, "mode=755");
        for (String hierarchy : cgroupMounts) {
            String name = hierarchy.startsWith("name=") ? hierarchy.substring(5) : hierarchy;
            String place = mount.destination() + "/" + name;
            writer.mkdir(Purpose.LIMIT, place, 0755);
            writer.mount(Purpose.LIMIT, "cgroup", place, "cgroup", parsed.flags(), hierarchy);
        }
        if ((parsed.flags() & Mounts.MS_RDONLY) != 0) {
            writer.setReadOnly(Purpose.LIMIT, mount.destination(), Set.of());
        }
    }

    /** Covers paths that tell or change too much of the machine. */
    void mask(List<String> masked, List<String> readOnly) {
        for (String path : masked) {
            Kind kind = Kind.of(path);
            if (kind == Kind.FILE || kind == Kind.UNKNOWN) {
                writer.bind(Purpose.ROOT, "/dev/null", path, NOTHING_THERE);
            }
            if (kind == Kind.FOLDER || kind == Kind.UNKNOWN) {
                writer.plan.lenient(
                        Purpose.ROOT,
                        NOTHING_THERE,
                        ondol.linux.Call.MOUNT,
                        "tmpfs, " + path + ", tmpfs, MS_RDONLY",
                        writer.plan.text("tmpfs"),
                        writer.plan.text(path),
                        writer.plan.text("tmpfs"),
                        Mounts.MS_RDONLY,
                        writer.plan.text("nr_blocks=1,nr_inodes=1"));
            }
        }
        for (String path : readOnly) {
            if (Kind.of(path) != Kind.ABSENT) {
                writer.bind(Purpose.ROOT, path, path, NOTHING_THERE);
                // nothing there: the attempt on a path that is no mount is refused with EINVAL
                writer.setReadOnly(Purpose.ROOT, path, EnumSet.of(Errno.ENOENT, Errno.EINVAL));
            }
        }
    }

    /** What a path is, known from the machine for the kernel's own file systems: those are the same in a container. */
    private enum Kind {
        FILE,
        FOLDER,
        ABSENT,
        UNKNOWN;

        private static final Map<String, Kind> KNOWN = new java.util.concurrent.ConcurrentHashMap<>();

        static Kind of(String path) {
            if (!path.startsWith("/proc/") && !path.startsWith("/sys/")) {
                return UNKNOWN;
            }
            return KNOWN.computeIfAbsent(path, p -> {
                var place = java.nio.file.Path.of(p);
                if (java.nio.file.Files.isDirectory(place)) {
                    return FOLDER;
                }
                return java.nio.file.Files.exists(place) ? FILE : ABSENT;
            });
        }
    }

    private static String source(Mount mount) {
        String source = mount.source();
        return source == null || source.isEmpty() ? "none" : source;
    }

    /** The destinations of bind mounts whose source is not a folder. */
    static Set<String> fileDestinations(List<Mount> mounts) {
        Set<String> files = new java.util.HashSet<>();
        for (Mount mount : new ArrayList<>(mounts)) {
            String source = mount.source();
            if (source != null
                    && MountOptions.parse(mount.options()).bind()
                    && !java.nio.file.Files.isDirectory(java.nio.file.Path.of(source))) {
                files.add(mount.destination());
            }
        }
        return files;
    }
}
