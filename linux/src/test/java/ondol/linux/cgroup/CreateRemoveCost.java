package ondol.linux.cgroup;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import ondol.linux.Descriptor;

/**
 * Measures what control groups cost a container that starts and ends: a main, no test. Prints medians over some hundred
 * turns in a warm JVM, in microseconds.
 */
final class CreateRemoveCost {
    private static final int WARM = 500;
    private static final int TURNS = 500;

    private interface Turn {
        /** Nanoseconds of what is measured. */
        long run(CgroupTree tree, int number);
    }

    private CreateRemoveCost() {}

    public static void main(String[] arguments) {
        Hierarchies hierarchies = Hierarchies.detect();
        try (CgroupTree tree = new CgroupTree(hierarchies)) {
            Resources limits = new Resources(
                    Resources.Memory.of(64 << 20),
                    Resources.Cpu.quota(50_000, 100_000),
                    100L,
                    null,
                    List.of(DeviceRule.DENY_ALL, new DeviceRule(true, 'c', 1L, 3L, "rwm")),
                    null,
                    null);
            report("create and remove, no limits", tree, (t, i) -> createRemove(t, i, Resources.NONE));
            report("create alone, no limits", tree, CreateRemoveCost::create);
            report("create and remove, memory, cpu, pids, devices", tree, (t, i) -> createRemove(t, i, limits));
            report("a mkdir and rmdir in each of its hierarchies, nothing else", tree, CreateRemoveCost::bare);
            for (Hierarchy hierarchy : hierarchies.all()) {
                report("  mkdir and rmdir in " + hierarchy.mount(), tree, (t, i) -> bare(hierarchy));
            }
            report("remove after the only process ended", tree, CreateRemoveCost::removeEnded);
            report("stats", tree, CreateRemoveCost::stats);
            report("attach a loaded device program", tree, (t, i) -> attach(t, limits));
            tree.prune("/ondol-cost");
        }
    }

    private static void report(String what, CgroupTree tree, Turn turn) {
        tree.prune("/ondol-cost");
        Cgroup keeper = tree.create("/ondol-cost", "keeper", Resources.NONE);
        for (int i = 0; i < WARM; i++) {
            turn.run(tree, i);
        }
        long[] times = new long[TURNS];
        for (int i = 0; i < TURNS; i++) {
            times[i] = turn.run(tree, i);
        }
        keeper.remove();
        Arrays.sort(times);
        System.out.printf(
                "%-62s median %6.1f us, 90%% below %6.1f us%n",
                what, times[TURNS / 2] / 1e3, times[TURNS * 9 / 10] / 1e3);
    }

    private static long createRemove(CgroupTree tree, int number, Resources resources) {
        long start = System.nanoTime();
        tree.create("/ondol-cost", "c" + number, resources).remove();
        return System.nanoTime() - start;
    }

    private static long create(CgroupTree tree, int number) {
        long start = System.nanoTime();
        Cgroup group = tree.create("/ondol-cost", "c" + number, Resources.NONE);
        long took = System.nanoTime() - start;
        group.remove();
        return took;
    }

    private static long removeEnded(CgroupTree tree, int number) {
        Cgroup group = tree.create("/ondol-cost", "c" + number, Resources.NONE);
        try {
            Process process = new ProcessBuilder("/bin/sh", "-c", "read go").start();
            group.add((int) process.pid());
            process.getOutputStream().close();
            process.waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        long start = System.nanoTime();
        group.remove();
        return System.nanoTime() - start;
    }

    private static long bare(CgroupTree tree, int number) {
        Cgroup shape = tree.open("/ondol-cost/keeper").orElseThrow();
        List<String> files = shape.joinFiles().stream()
                .map(file -> file.toString().replaceFirst("keeper/[a-z.]+$", "bare"))
                .toList();
        long start = System.nanoTime();
        files.forEach(GroupFiles::makeDirectory);
        files.forEach(GroupFiles::removeDirectory);
        return System.nanoTime() - start;
    }

    private static long bare(Hierarchy hierarchy) {
        String directory = hierarchy.mount() + "/ondol-cost-bare";
        long start = System.nanoTime();
        GroupFiles.makeDirectory(directory);
        GroupFiles.removeDirectory(directory);
        return System.nanoTime() - start;
    }

    private static long stats(CgroupTree tree, int number) {
        Cgroup group = tree.open("/ondol-cost/keeper").orElseThrow();
        long start = System.nanoTime();
        group.stats();
        return System.nanoTime() - start;
    }

    private static long attach(CgroupTree tree, Resources limits) {
        String directory = tree.open("/ondol-cost/keeper").orElseThrow().unified();
        if (directory == null) {
            return 0;
        }
        List<DeviceRule> rules = java.util.Objects.requireNonNull(limits.devices());
        long start = System.nanoTime();
        tree.devicePrograms().replace(directory, rules);
        long took = System.nanoTime() - start;
        try (Descriptor group = GroupFiles.directory(directory)) {
            for (int id : Bpf.attached(group)) {
                try (Descriptor program = Bpf.open(id)) {
                    Bpf.detach(group, program);
                }
            }
        }
        return took;
    }
}
