package ondol.linux.cgroup;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The hierarchies of control groups that are mounted here, and which controller lives in which of them. A controller is
 * in one v1 hierarchy, or in the unified (v2) one, or nowhere; several v1 controllers can share a mount.
 */
public final class Hierarchies {
    /** How the machine mounts control groups. */
    public enum Kind {
        /** v1 hierarchies only. */
        V1,
        /** The unified hierarchy only. */
        V2,
        /** Controllers in v1 hierarchies, and beside them the unified hierarchy with few controllers or none. */
        HYBRID
    }

    private final List<Hierarchy> all;
    private final @Nullable Hierarchy unified;
    private final Map<Controller, Hierarchy> homes = new EnumMap<>(Controller.class);
    private final Set<Controller> unmounted;

    private Hierarchies(List<Hierarchy> all, Set<Controller> unmounted) {
        this.all = List.copyOf(all);
        this.unmounted = unmounted;
        this.unified = all.stream().filter(Hierarchy::unified).findFirst().orElse(null);
        for (Hierarchy hierarchy : all) {
            for (Controller controller : hierarchy.controllers()) {
                homes.putIfAbsent(controller, hierarchy);
            }
        }
    }

    /**
     * Looks at {@code /proc/self/mountinfo} and {@code /proc/self/cgroup} ({@code man 5 proc}, {@code man 7 cgroups}).
     *
     * @throws ondol.linux.KernelException where these cannot be read
     */
    public static Hierarchies detect() {
        return parse(
                GroupFiles.read("/proc/self/mountinfo"),
                GroupFiles.read("/proc/self/cgroup"),
                mount -> GroupFiles.read(mount + "/cgroup.controllers"));
    }

    /**
     * As {@link #detect} from texts.
     *
     * @param unifiedControllers from the unified mount point to the content of its {@code cgroup.controllers}
     */
    static Hierarchies parse(String mountinfo, String selfCgroup, Function<String, String> unifiedControllers) {
        List<Hierarchy> found = new ArrayList<>();
        Set<Set<Controller>> seen = new HashSet<>();
        for (String line : mountinfo.lines().toList()) {
            Hierarchy hierarchy = hierarchyOf(line.split(" "), unifiedControllers);
            // the same hierarchy can be mounted at several places; the first serves
            if (hierarchy == null || (hierarchy.unified() && found.stream().anyMatch(Hierarchy::unified))) {
                continue;
            }
            if (hierarchy.unified() || (!hierarchy.controllers().isEmpty() && seen.add(hierarchy.controllers()))) {
                found.add(hierarchy);
            }
        }
        return new Hierarchies(found, v1Controllers(selfCgroup));
    }

    private static @Nullable Hierarchy hierarchyOf(String[] fields, Function<String, String> unifiedControllers) {
        int separator = List.of(fields).indexOf("-");
        if (separator < 6 || fields.length < separator + 4) {
            return null;
        }
        String mount = unescape(fields[4]);
        Set<Controller> controllers = EnumSet.noneOf(Controller.class);
        switch (fields[separator + 1]) {
            case "cgroup" -> {
                for (String option : fields[separator + 3].split(",")) {
                    Controller.ofV1(option).ifPresent(controllers::add);
                }
                return new Hierarchy(mount, false, controllers);
            }
            case "cgroup2" -> {
                for (String name : unifiedControllers.apply(mount).strip().split(" ")) {
                    Controller.ofV2(name).ifPresent(controllers::add);
                }
                return new Hierarchy(mount, true, controllers);
            }
            default -> {
                return null;
            }
        }
    }

    /** Spaces, tabs, line ends and backslashes are octal in mountinfo. */
    private static String unescape(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    /** The controllers of lines such as {@code 4:memory:/path}: bound to a v1 hierarchy, mounted here or not. */
    private static Set<Controller> v1Controllers(String selfCgroup) {
        Set<Controller> bound = EnumSet.noneOf(Controller.class);
        for (String line : selfCgroup.lines().toList()) {
            String[] fields = line.split(":", 3);
            if (fields.length == 3) {
                for (String name : fields[1].split(",")) {
                    Controller.ofV1(name).ifPresent(bound::add);
                }
            }
        }
        return bound;
    }

    /** The hierarchies in the order of their mounts; empty where no control groups are mounted. */
    public List<Hierarchy> all() {
        return all;
    }

    public Kind kind() {
        boolean v1 = all.stream().anyMatch(hierarchy -> !hierarchy.unified());
        return !v1 ? Kind.V2 : unified == null ? Kind.V1 : Kind.HYBRID;
    }

    /** What users are told: 2 where the unified hierarchy has the controllers, otherwise 1. */
    public int version() {
        return kind() == Kind.V2 ? 2 : 1;
    }

    /** The v2 hierarchy, with or without controllers. */
    public Optional<Hierarchy> unified() {
        return Optional.ofNullable(unified);
    }

    /** Where the controller lives. */
    public Optional<Hierarchy> home(Controller controller) {
        return Optional.ofNullable(homes.get(controller));
    }

    /** Whether the controller lives in the unified hierarchy. */
    boolean inUnified(Controller controller) {
        Hierarchy home = homes.get(controller);
        return home != null && home.unified();
    }

    /**
     * Whether swap is counted, so that it can be limited: v1 has files for it then; v2 has them where the kernel knows swap
     * and was not told {@code swapaccount=0}.
     */
    public boolean countsSwap() {
        Hierarchy memory = homes.get(Controller.MEMORY);
        if (memory == null) {
            return false;
        }
        if (!memory.unified()) {
            return GroupFiles.exists(memory.mount() + "/memory.memsw.limit_in_bytes");
        }
        String words = GroupFiles.readOrNull("/proc/cmdline");
        return GroupFiles.exists("/proc/swaps") && (words == null || !words.contains("swapaccount=0"));
    }

    /** A sentence that says why the controller, which has no home, has none, and what to do. */
    public String whyMissing(Controller controller) {
        if (all.isEmpty()) {
            return "no control groups are mounted; mount cgroup2 on /sys/fs/cgroup";
        }
        if (unmounted.contains(controller)) {
            return "the %s controller is bound to a v1 hierarchy that is not mounted here; mount it with -t cgroup -o %s"
                    .formatted(controller.v1Name(), controller.v1Name());
        }
        if (kind() == Kind.V2) {
            if (controller.v2Name().isEmpty()) {
                return "control groups v2 have no %s controller".formatted(controller.v1Name());
            }
            return ("the %s controller is not in %s/cgroup.controllers; it may be missing in the kernel, disabled on its"
                            + " command line, or not delegated to this container")
                    .formatted(controller.v2Name().get(), all.getFirst().mount());
        }
        return "the %s controller is neither mounted as a v1 hierarchy nor in the unified one; it may be missing in the kernel or disabled on its command line"
                .formatted(controller.v1Name());
    }

    /** The same machine as if the unified hierarchy were not mounted: what a pure v1 machine has. */
    Hierarchies withoutUnified() {
        return new Hierarchies(
                all.stream().filter(hierarchy -> !hierarchy.unified()).toList(), unmounted);
    }
}
