package ondol.linux.cgroup;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import ondol.linux.Call;
import ondol.linux.Kernel;

/** A tree for one test, whose groups and processes go when it closes. */
final class TestGroups implements AutoCloseable {
    private final String parent;
    final CgroupTree tree;
    private final List<Cgroup> groups = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();

    TestGroups(Hierarchies hierarchies) {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "making control groups needs root");
        assumeTrue(!hierarchies.all().isEmpty(), "no control groups are mounted");
        this.parent = "/ondol-test-" + ProcessHandle.current().pid();
        this.tree = new CgroupTree(hierarchies);
    }

    /** The hierarchies as they are, and where there are two kinds, v1 alone as well. */
    static List<Hierarchies> kinds() {
        Hierarchies here = Hierarchies.detect();
        return here.kind() == Hierarchies.Kind.HYBRID ? List.of(here, here.withoutUnified()) : List.of(here);
    }

    String parent() {
        return parent;
    }

    Cgroup create(String name, Resources resources) {
        Cgroup group = tree.create(parent, name, resources);
        groups.add(group);
        return group;
    }

    /** A shell that waits for a line, is moved into the group meanwhile, and runs the script then. */
    Process run(Cgroup group, String script) {
        try {
            Process process = new ProcessBuilder("/bin/sh", "-c", "read go; " + script)
                    .redirectErrorStream(true)
                    .start();
            processes.add(process);
            group.add((int) process.pid());
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the script prints in the group, until it ends. */
    String output(Cgroup group, String script) {
        try {
            return new String(
                            run(group, script).getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void ends(Process process) throws InterruptedException {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("process " + process.pid() + " did not end");
        }
    }

    @Override
    public void close() {
        for (Process process : processes) {
            process.destroyForcibly();
        }
        groups.forEach(Cgroup::remove);
        tree.prune(parent);
        tree.close();
    }
}
