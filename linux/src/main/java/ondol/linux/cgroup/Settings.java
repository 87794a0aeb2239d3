package ondol.linux.cgroup;

import static ondol.linux.cgroup.LimitException.invalid;
import static ondol.linux.cgroup.LimitException.unsupported;

import java.util.ArrayList;
import java.util.List;
import ondol.linux.cgroup.Resources.Cpu;
import ondol.linux.cgroup.Resources.HugepageLimit;
import ondol.linux.cgroup.Resources.Memory;
import org.jspecify.annotations.Nullable;

/**
 * Translates limits into writes, for the version of the hierarchy that each controller lives in. Files and units are
 * those of the kernel's <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">cgroup-v2</a> and <a
 * href="https://docs.kernel.org/admin-guide/cgroup-v1/index.html">cgroup-v1</a>; the translation is that of the OCI
 * runtimes.
 */
final class Settings {
    private final GroupView group;
    private final List<Setting> writes = new ArrayList<>();

    private Settings(GroupView group) {
        this.group = group;
    }

    /**
     * @param resources checked ones, whose controllers the group has
     * @throws LimitException where the hierarchy that is here cannot hold a limit
     */
    static List<Setting> of(Resources resources, GroupView group) {
        Settings settings = new Settings(group);
        if (resources.cpu() != null) {
            settings.cpuset(resources.cpu());
            settings.cpu(resources.cpu());
        }
        if (resources.memory() != null) {
            settings.memory(resources.memory());
        }
        if (resources.pids() != null) {
            String limit = resources.pids() <= 0 ? "max" : resources.pids().toString();
            settings.add(Controller.PIDS, "pids.max", limit, "pids.limit");
        }
        if (resources.blockIo() != null && !resources.blockIo().asksNothing()) {
            settings.writes.addAll(BlockIoSettings.of(resources.blockIo(), group));
        }
        ResourceChecks.orEmpty(resources.hugepageLimits()).forEach(settings::hugepages);
        if (resources.unified() != null) {
            resources.unified().forEach(settings::unified);
        }
        return settings.writes;
    }

    private void add(@Nullable Controller controller, String file, Object value, String limit) {
        writes.add(new Setting(controller, file, value.toString(), limit));
    }

    private void cpuset(Cpu cpu) {
        if (cpu.mems() != null && !cpu.mems().isEmpty()) {
            add(Controller.CPUSET, "cpuset.mems", cpu.mems(), "cpu.mems");
        }
        if (cpu.cpus() != null && !cpu.cpus().isEmpty()) {
            add(Controller.CPUSET, "cpuset.cpus", cpu.cpus(), "cpu.cpus");
        }
    }

    private void cpu(Cpu cpu) {
        boolean v2 = group.v2(Controller.CPU);
        // first, because the kernel refuses a weight for an idle group
        if (cpu.idle() != null) {
            add(Controller.CPU, "cpu.idle", cpu.idle(), "cpu.idle");
        }
        if (cpu.shares() != null) {
            if (v2) {
                add(Controller.CPU, "cpu.weight", V2Units.weightOfShares(cpu.shares()), "cpu.shares");
            } else {
                add(Controller.CPU, "cpu.shares", cpu.shares(), "cpu.shares");
            }
        }
        if (v2) {
            realtimeIsV1(cpu);
            quotaV2(cpu);
        } else {
            quotaV1(cpu);
        }
    }

    private void quotaV1(Cpu cpu) {
        if (cpu.period() != null) {
            add(Controller.CPU, "cpu.cfs_period_us", cpu.period(), "cpu.period");
        }
        if (cpu.quota() != null) {
            add(Controller.CPU, "cpu.cfs_quota_us", cpu.quota(), "cpu.quota");
        }
        if (cpu.burst() != null) {
            add(Controller.CPU, "cpu.cfs_burst_us", cpu.burst(), "cpu.burst");
        }
        if (cpu.realtimePeriod() != null) {
            add(Controller.CPU, "cpu.rt_period_us", cpu.realtimePeriod(), "cpu.realtimePeriod");
        }
        if (cpu.realtimeRuntime() != null) {
            add(Controller.CPU, "cpu.rt_runtime_us", cpu.realtimeRuntime(), "cpu.realtimeRuntime");
        }
    }

    private void quotaV2(Cpu cpu) {
        if (cpu.quota() != null || cpu.period() != null) {
            // "quota period": what is not said stays as it is
            String current = group.read(Controller.CPU, "cpu.max");
            String[] parts = current == null ? new String[] {"max", "100000"} : current.split(" ");
            String quota = cpu.quota() == null
                    ? parts[0]
                    : cpu.quota() < 0 ? "max" : cpu.quota().toString();
            String period = cpu.period() == null ? parts[1] : cpu.period().toString();
            add(Controller.CPU, "cpu.max", quota + " " + period, cpu.quota() != null ? "cpu.quota" : "cpu.period");
        }
        if (cpu.burst() != null) {
            add(Controller.CPU, "cpu.max.burst", cpu.burst(), "cpu.burst");
        }
    }

    private static void realtimeIsV1(Cpu cpu) {
        if (cpu.realtimePeriod() != null || cpu.realtimeRuntime() != null) {
            throw unsupported(
                    "cpu.realtimeRuntime", "control groups v2 do not limit realtime scheduling; leave it out");
        }
    }

    private void memory(Memory memory) {
        if (group.v2(Controller.MEMORY)) {
            memoryV2(memory);
        } else {
            memoryV1(memory);
        }
    }

    private void memoryV1(Memory memory) {
        if (memory.limit() != null) {
            add(Controller.MEMORY, "memory.limit_in_bytes", memory.limit(), "memory.limit");
        }
        if (memory.swap() != null) {
            add(Controller.MEMORY, "memory.memsw.limit_in_bytes", memory.swap(), "memory.swap");
        }
        if (memory.reservation() != null) {
            add(Controller.MEMORY, "memory.soft_limit_in_bytes", memory.reservation(), "memory.reservation");
        }
        if (memory.swappiness() != null) {
            add(Controller.MEMORY, "memory.swappiness", memory.swappiness(), "memory.swappiness");
        }
        if (memory.disableOomKiller() != null) {
            String value = memory.disableOomKiller() ? "1" : "0";
            add(Controller.MEMORY, "memory.oom_control", value, "memory.disableOOMKiller");
        }
    }

    private void memoryV2(Memory memory) {
        if (memory.swappiness() != null) {
            throw unsupported("memory.swappiness", "control groups v2 have no swappiness of a group; leave it out");
        }
        if (Boolean.TRUE.equals(memory.disableOomKiller())) {
            throw unsupported(
                    "memory.disableOOMKiller", "control groups v2 cannot switch the OOM killer off; leave it out");
        }
        if (memory.limit() != null) {
            add(Controller.MEMORY, "memory.max", orMax(memory.limit()), "memory.limit");
        }
        if (memory.swap() != null) {
            swapV2(memory, memory.swap());
        }
        if (memory.reservation() != null) {
            add(Controller.MEMORY, "memory.low", orMax(memory.reservation()), "memory.reservation");
        }
    }

    /** v2 counts swap alone: {@code memory.swap.max} is memory and swap together less the limit of memory. */
    private void swapV2(Memory memory, long together) {
        if (together < 0) {
            // without swap in the kernel there is no file, and no limit is what there is
            if (group.has(Controller.MEMORY, "memory.swap.max")) {
                add(Controller.MEMORY, "memory.swap.max", "max", "memory.swap");
            }
            return;
        }
        String current = memory.limit() != null ? orMax(memory.limit()) : group.read(Controller.MEMORY, "memory.max");
        if (current == null || current.equals("max")) {
            throw invalid(
                    "memory.swap", "memory and swap together have a limit only where memory has one; say memory.limit");
        }
        long swap = V2Units.swapMax(together, Long.parseLong(current));
        if (swap < 0) {
            throw invalid(
                    "memory.swap", "%d bytes is less than memory's limit, %s; say as much or more", together, current);
        }
        add(Controller.MEMORY, "memory.swap.max", swap, "memory.swap");
    }

    private static String orMax(long value) {
        return value < 0 ? "max" : Long.toString(value);
    }

    private void hugepages(HugepageLimit limit) {
        String size = "hugetlb." + limit.pageSize();
        String name = "hugepageLimits." + limit.pageSize();
        boolean v2 = group.v2(Controller.HUGETLB);
        add(Controller.HUGETLB, size + (v2 ? ".max" : ".limit_in_bytes"), limit.limit(), name);
        // pages are reserved before they are touched; where reservations are counted too, both are limited
        String reserved = size + (v2 ? ".rsvd.max" : ".rsvd.limit_in_bytes");
        if (group.has(Controller.HUGETLB, reserved)) {
            add(Controller.HUGETLB, reserved, limit.limit(), name);
        }
    }

    private void unified(String file, String value) {
        for (String line : value.lines().toList()) {
            add(null, file, line, "unified." + file);
        }
    }
}
