package ondol.linux.plan;

import java.util.Set;
import ondol.linux.Call;
import ondol.linux.Errno;

/**
 * One system call of a plan.
 *
 * @param purpose what it serves
 * @param call which call
 * @param shown its arguments for a reader
 * @param arguments at most six
 * @param ignored errors that are as good as success (at most three)
 * @param kind what the keeper does with its result
 */
public record Step(
        Purpose purpose, Call call, String shown, java.util.List<Argument> arguments, Set<Errno> ignored, Kind kind) {

    /** What the keeper does with a step's result. */
    public enum Kind {
        /** Nothing. */
        PLAIN(0),
        /** It is a descriptor, which the minder closes once the process is made. */
        DESCRIPTOR(1),
        /** It executes the command: where the file is not found, the next candidate is tried. */
        EXECUTE(2),
        /** It is the master of the container's terminal, for the minder to keep. */
        TERMINAL(4);

        final int flag;

        Kind(int flag) {
            this.flag = flag;
        }
    }

    /** An argument: a number, a place in the plan's data, or the result of an earlier step. */
    public sealed interface Argument {
        /** A number. */
        record Immediate(long value) implements Argument {}

        /** The address of a place in the plan's data. */
        record Data(int offset) implements Argument {}

        /** The result of an earlier step. */
        record ResultOf(Step step) implements Argument {}

        /** A result that is there before the first step: one of the {@code STDIN…} or a donated descriptor. */
        record Given(int slot) implements Argument {}
    }

    boolean executes() {
        return kind == Kind.EXECUTE;
    }

    // a step is itself alone: equal calls at two places have two results
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
