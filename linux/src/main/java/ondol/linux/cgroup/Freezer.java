package ondol.linux.cgroup;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import ondol.linux.Errno;
import ondol.linux.KernelException;

/**
 * Stops the processes of one group: {@code cgroup.freeze} of v2, which needs no controller, or {@code freezer.state} of
 * v1's freezer.
 */
record Freezer(String directory, boolean v2) {
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

    void freeze() {
        if (!tryFreeze()) {
            thaw();
            throw new KernelException(
                    "freeze", directory + ": some processes did not stop in five seconds", Errno.ETIMEDOUT);
        }
    }

    /** False where some do not stand in time; the group keeps trying. */
    boolean tryFreeze() {
        long end = System.nanoTime() + PATIENCE;
        long pause = 50_000;
        ask(true);
        while (!isFrozen()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, 10_000_000);
            if (!v2) {
                ask(true); // v1 looks again at processes that were forking when it is asked again
            }
        }
        return true;
    }

    void thaw() {
        ask(false);
    }

    private void ask(boolean frozen) {
        if (v2) {
            GroupFiles.mustWrite(directory + "/cgroup.freeze", frozen ? "1" : "0");
        } else {
            GroupFiles.mustWrite(directory + "/freezer.state", frozen ? "FROZEN" : "THAWED");
        }
    }

    boolean isFrozen() {
        return v2
                ? GroupFiles.read(directory + "/cgroup.events").contains("frozen 1")
                : GroupFiles.read(directory + "/freezer.state").strip().equals("FROZEN");
    }
}
