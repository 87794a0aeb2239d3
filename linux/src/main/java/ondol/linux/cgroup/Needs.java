package ondol.linux.cgroup;

import static ondol.linux.cgroup.LimitException.unsupported;

import java.util.EnumSet;
import java.util.Set;
import ondol.linux.cgroup.Resources.Memory;

/** Which controllers a container's limits need, and which it has without any limit, to be metered. */
final class Needs {
    private Needs() {}

    /**
     * The controllers of a group without limits, as far as they are here. A processor group also makes the scheduler
     * fair between containers instead of between their threads. In v2, and beside it, time is metered, threads are
     * counted and freezing is done without a controller: every v1 hierarchy less is a group that need not be made and
     * joined.
     */
    static Set<Controller> always(Hierarchies hierarchies) {
        Set<Controller> needs = EnumSet.of(Controller.MEMORY, Controller.CPU, Controller.BLKIO);
        if (hierarchies.inUnified(Controller.PIDS) || hierarchies.unified().isEmpty()) {
            needs.add(Controller.PIDS);
        }
        if (hierarchies.unified().isEmpty()) {
            needs.add(Controller.CPUACCT);
            needs.add(Controller.FREEZER);
        }
        needs.removeIf(controller -> hierarchies.home(controller).isEmpty());
        return needs;
    }

    /**
     * The controllers that these limits need.
     *
     * @throws LimitException where one is missing here
     */
    static Set<Controller> of(Resources resources, Hierarchies hierarchies) {
        Set<Controller> needs = EnumSet.noneOf(Controller.class);
        Memory memory = resources.memory();
        if (memory != null && !memory.equals(new Memory(null, null, null, null, null))) {
            need("memory", Controller.MEMORY, hierarchies, needs);
        }
        if (resources.cpu() != null && resources.cpu().needsCpu()) {
            need("cpu", Controller.CPU, hierarchies, needs);
        }
        if (resources.cpu() != null && resources.cpu().needsCpuset()) {
            need("cpu.cpus and cpu.mems", Controller.CPUSET, hierarchies, needs);
        }
        if (resources.pids() != null) {
            need("pids.limit", Controller.PIDS, hierarchies, needs);
        }
        if (resources.blockIo() != null && !resources.blockIo().asksNothing()) {
            need("blockIO", Controller.BLKIO, hierarchies, needs);
        }
        if (resources.hugepageLimits() != null && !resources.hugepageLimits().isEmpty()) {
            need("hugepageLimits", Controller.HUGETLB, hierarchies, needs);
        }
        if (resources.devices() != null && hierarchies.unified().isEmpty()) {
            need("devices", Controller.DEVICES, hierarchies, needs);
        }
        if (resources.unified() != null) {
            for (String file : resources.unified().keySet()) {
                unified(file, hierarchies, needs);
            }
        }
        return needs;
    }

    private static void need(String limit, Controller controller, Hierarchies hierarchies, Set<Controller> needs) {
        if (hierarchies.home(controller).isEmpty()) {
            throw unsupported(limit, hierarchies.whyMissing(controller));
        }
        needs.add(controller);
    }

    private static void unified(String file, Hierarchies hierarchies, Set<Controller> needs) {
        String limit = "unified." + file;
        if (hierarchies.unified().isEmpty()) {
            throw unsupported(limit, "control groups v2 are not mounted here; say the limit by its v1 name");
        }
        String name = file.substring(0, file.indexOf('.'));
        // a controller that we do not know has its files or not; writing shows it
        Controller.ofV2(name).ifPresent(controller -> {
            need(limit, controller, hierarchies, needs);
            if (!hierarchies.inUnified(controller)) {
                throw unsupported(
                        limit,
                        "the %s controller is in a v1 hierarchy here; say the limit by its v1 name"
                                .formatted(controller.v1Name()));
            }
        });
    }
}
