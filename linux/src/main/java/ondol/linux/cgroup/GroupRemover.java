package ondol.linux.cgroup;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import ondol.linux.Errno;

/** Removes a group's directories, with patience for processes that are on their way out. */
final class GroupRemover {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

    private final Cgroup group;
    private boolean killed;

    GroupRemover(Cgroup group) {
        this.group = group;
    }

    void remove(Collection<String> directories) {
        for (String directory : directories) {
            remove(directory);
        }
    }

    private void remove(String directory) {
        long end = System.nanoTime() + PATIENCE;
        long pause = 100_000;
        while (true) {
            int result = GroupFiles.removeDirectory(directory);
            if (result == 0 || result == -Errno.ENOENT.number()) {
                return;
            }
            // EBUSY: processes, or groups that they made
            if (result != -Errno.EBUSY.number() || System.nanoTime() > end) {
                GroupFiles.succeed(result, "unlinkat", directory);
            }
            if (!killed) {
                killed = true;
                group.kill();
            }
            removeBelow(directory);
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, 10_000_000);
            if (pause > 1_000_000) {
                // still there: a process may have left the group in one hierarchy and not in this one
                GroupProcesses.signal(directory);
            }
        }
    }

    private static void removeBelow(String directory) {
        List<String> all = GroupProcesses.directories(directory);
        for (String below : all.subList(1, all.size()).reversed()) {
            GroupFiles.removeDirectory(below);
        }
    }
}
