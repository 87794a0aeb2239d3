package ondol.linux.keeper;

import ondol.linux.KernelException;

/** A plan that stopped at a step that the kernel refused. */
public final class PlanFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient KernelException refused;
    private final boolean executing;
    private final boolean unanswered;

    PlanFailure(KernelException refused, boolean executing) {
        this(refused, executing, false);
    }

    PlanFailure(KernelException refused, boolean executing, boolean unanswered) {
        super(refused.getMessage(), refused);
        this.refused = refused;
        this.executing = executing;
        this.unanswered = unanswered;
    }

    /** Whether whoever should have made the process was gone without a word. */
    boolean unanswered() {
        return unanswered;
    }

    /** The call that was refused. */
    public KernelException refused() {
        return refused;
    }

    /** Whether everything but executing the command went well. */
    public boolean executing() {
        return executing;
    }
}
