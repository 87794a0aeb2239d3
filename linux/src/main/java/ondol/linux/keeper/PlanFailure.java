package ondol.linux.keeper;

import ondol.linux.KernelException;

/** A plan that stopped at a step that the kernel refused. */
public final class PlanFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient KernelException refused;
    private final boolean executing;

    PlanFailure(KernelException refused, boolean executing) {
        super(refused.getMessage(), refused);
        this.refused = refused;
        this.executing = executing;
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
