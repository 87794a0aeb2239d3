package ondol.runtime;

import java.nio.file.Path;
import java.util.List;
import ondol.linux.Call;
import ondol.linux.plan.Plan;
import ondol.linux.plan.PlanBuilder;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;
import ondol.oci.runtime.Process;
import org.jspecify.annotations.Nullable;

/**
 * The plan of a further process in a running container. It takes one descriptor: a pidfd of the container's first
 * process ({@code man 2 setns}).
 */
public final class ExecPlan {
    private ExecPlan() {}

    /** How the process's streams are connected. */
    public enum Streams {
        /** To nothing. */
        NONE,
        /** Pipes for stdout and stderr. */
        OUTPUT,
        /** Pipes for all three. */
        ALL
    }

    /**
     * @param process with {@code terminal} for a terminal instead of pipes
     * @param namespaces flags of {@code clone} for the namespaces that the container has of its own
     * @param chroot the folder that is the container's root where that is all that it has of its own; else null
     * @param first what user 0 of the container's user namespace is outside; 0 without one
     */
    public static Plan of(
            Process process,
            long namespaces,
            Bundle.CgroupPlace cgroup,
            Bundle.@Nullable Filter seccomp,
            Streams streams,
            @Nullable Path chroot,
            long first) {
        PlanBuilder plan = new PlanBuilder();
        PlanWriter writer = new PlanWriter(plan);
        ProcessSteps steps = new ProcessSteps(writer);
        Step.Argument container = plan.donated();
        boolean terminal = Boolean.TRUE.equals(process.terminal());
        if (terminal) {
            plan.stdio(PlanBuilder.Stdio.TERMINAL, false);
        } else {
            plan.stdio(
                    streams == Streams.NONE ? PlanBuilder.Stdio.NONE : PlanBuilder.Stdio.PIPES, streams == Streams.ALL);
        }
        List<Step> joins = ContainerPlan.openGroups(writer, cgroup);
        if ((namespaces & NamespaceSteps.CLONE_NEWPID) != 0) { // holds for the minder's next child
            plan.before(
                    Purpose.NAMESPACE,
                    Call.SETNS,
                    "container, CLONE_NEWPID",
                    Step.Kind.PLAIN,
                    container,
                    NamespaceSteps.CLONE_NEWPID);
        }
        steps.join(joins);
        steps.session();
        steps.oomScore(process.oomScoreAdj());
        long others = namespaces & ~NamespaceSteps.CLONE_NEWPID;
        if (others != 0) {
            plan.step(Purpose.NAMESPACE, Call.SETNS, "container, 0x" + Long.toHexString(others), container, others);
        }
        if (first != 0) {
            new RightsSteps(writer).becomeRoot();
        }
        StdioSteps stdio = new StdioSteps(writer);
        if (terminal) {
            stdio.terminal(process.consoleSize(), process.user());
        } else if (streams == Streams.NONE) {
            stdio.nothing();
        } else {
            stdio.pipes(streams == Streams.ALL, process.user(), first);
        }
        if (chroot != null) {
            new RootSteps(writer).chroot(chroot);
        }
        Integer umask = process.user().umask();
        steps.umask(umask == null ? 0022 : umask);
        steps.folder(process.cwd(), false);
        steps.rlimits(process.rlimits());
        RightsSteps rights = new RightsSteps(writer);
        rights.restrict(
                process.capabilities(), process.user(), Boolean.TRUE.equals(process.noNewPrivileges()), seccomp);
        rights.dieWithMinder();
        steps.execute(process);
        return plan.build();
    }

    /** The flags of the namespaces that a container has of its own, for joining them. */
    public static long namespaces(List<ondol.oci.runtime.Namespace> list) {
        long flags = 0;
        for (var namespace : list) {
            flags |= NamespaceSteps.flag(namespace.type());
        }
        return flags;
    }
}
