package ondol.linux.plan;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;

/** A list of system calls for the keeper to run: some in the minder, then {@code clone3}, then the rest in the process. */
public final class Plan {
    private static final int MFD_CLOEXEC = 1;

    private final List<Step> steps;
    private final int before;
    private final byte[] encoded;
    private final int donated;

    Plan(List<Step> steps, int before, byte[] encoded, int donated) {
        this.steps = List.copyOf(steps);
        this.before = before;
        this.encoded = encoded;
        this.donated = donated;
    }

    /** The calls in the order in which they run. */
    public List<Step> steps() {
        return steps;
    }

    /** How many of the steps run in the minder, before the process exists. */
    public int before() {
        return before;
    }

    /** How many descriptors must be given along with the plan. */
    public int donated() {
        return donated;
    }

    /** The plan as the keeper reads it, in memory of its own ({@code man 2 memfd_create}). */
    public Descriptor toMemory() {
        try (Arena arena = Arena.ofConfined()) {
            int number = Kernel.callInt(
                    Call.MEMFD_CREATE,
                    "ondol-plan",
                    Kernel.text(arena, "ondol-plan").address(),
                    MFD_CLOEXEC);
            Descriptor memory = new Descriptor(number, "plan");
            MemorySegment bytes = arena.allocate(encoded.length);
            MemorySegment.copy(encoded, 0, bytes, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, encoded.length);
            long written = Kernel.raw(Call.WRITE, number, bytes.address(), encoded.length);
            if (written != encoded.length) {
                memory.close();
                throw new KernelException("write", "plan", written < 0 ? Errno.of((int) -written) : Errno.ENOSPC);
            }
            return memory;
        }
    }

    /**
     * The sentence for a failed plan.
     *
     * @param step the index that the keeper reported: of a step, -1 for {@code clone3}, -2 for the minder's own set-up
     */
    public KernelException failure(int step, int errno) {
        Errno why = Errno.of(errno);
        if (step == -1) {
            return new KernelException("clone3", "the container's first process", why);
        }
        if (step < 0 || step >= steps.size()) {
            return new KernelException("keeper", "setting up the minder", why);
        }
        Step failed = steps.get(step);
        return new KernelException(failed.call().manual(), failed.shown(), why);
    }

    /** Whether the step with this index executes the command. */
    public boolean executes(int step) {
        return step >= 0 && step < steps.size() && steps.get(step).executes();
    }

    /** The plan for a reader: one call a line, behind what it serves. */
    public List<String> explain() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (i == before) {
                lines.add("namespace  clone3(…)  makes the process; what follows runs in it");
            }
            lines.add("%-9s  %s(%s)"
                    .formatted(
                            step.purpose().name().toLowerCase(Locale.ROOT),
                            step.call().manual(),
                            step.shown()));
        }
        return lines;
    }
}
