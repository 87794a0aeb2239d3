package ondol.linux.cgroup;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kernel's resource controllers that containers use ({@code man 7 cgroups}). */
public enum Controller {
    CPU("cpu", "cpu"),
    /** Metering of processor time in v1; in v2 every group has it without a controller. */
    CPUACCT("cpuacct", null),
    CPUSET("cpuset", "cpuset"),
    MEMORY("memory", "memory"),
    BLKIO("blkio", "io"),
    PIDS("pids", "pids"),
    HUGETLB("hugetlb", "hugetlb"),
    /** The list of devices in v1; v2 asks a BPF program instead. */
    DEVICES("devices", null),
    /** In v2 every group can be frozen without a controller. */
    FREEZER("freezer", null),
    RDMA("rdma", "rdma"),
    /** Countable things of which the machine has few, such as keys for encrypted guests. */
    MISC("misc", "misc");

    private final String v1Name;
    private final @Nullable String v2Name;

    Controller(String v1Name, @Nullable String v2Name) {
        this.v1Name = v1Name;
        this.v2Name = v2Name;
    }

    /** The name in v1: a mount option of the hierarchy and the beginning of the names of its files. */
    public String v1Name() {
        return v1Name;
    }

    /** The name in {@code cgroup.controllers}; empty where v2 has no such controller. */
    public Optional<String> v2Name() {
        return Optional.ofNullable(v2Name);
    }

    static Optional<Controller> ofV1(String name) {
        for (Controller controller : values()) {
            if (controller.v1Name.equals(name)) {
                return Optional.of(controller);
            }
        }
        return Optional.empty();
    }

    static Optional<Controller> ofV2(String name) {
        for (Controller controller : values()) {
            if (name.equals(controller.v2Name)) {
                return Optional.of(controller);
            }
        }
        return Optional.empty();
    }
}
