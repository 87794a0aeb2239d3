package ondol.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import ondol.linux.Call;
import ondol.linux.plan.PlanBuilder;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;
import ondol.oci.runtime.ConsoleSize;
import ondol.oci.runtime.User;
import org.jspecify.annotations.Nullable;

/** A process's three streams: pipes to its minder, or a terminal. */
final class StdioSteps {
    private static final long TIOCSCTTY = 0x540e;
    private static final long TIOCSWINSZ = 0x5414;
    private static final long TIOCSPTLCK = 0x40045431;
    private static final long TIOCGPTPEER = 0x5441;

    private final PlanWriter writer;

    StdioSteps(PlanWriter writer) {
        this.writer = writer;
    }

    /**
     * Connects the pipes, and gives them to the user, so that {@code /dev/stdout} can be opened again.
     *
     * @param first what user 0 is outside of the process's user namespace; 0 without one
     */
    void pipes(boolean stdin, User user, long first) {
        if (first != 0) { // inside, nobody may give away what belongs to nobody inside
            long uid = first + user.uid();
            long gid = first + user.gid();
            writer.plan.inMinder(() -> {
                for (Object end : stdin
                        ? new Object[] {PlanBuilder.STDIN, PlanBuilder.STDOUT, PlanBuilder.STDERR}
                        : new Object[] {PlanBuilder.STDOUT, PlanBuilder.STDERR}) {
                    writer.plan.step(Purpose.PROCESS, Call.FCHOWN, "pipe, %d, %d".formatted(uid, gid), end, uid, gid);
                }
            });
        }
        Object input = stdin ? PlanBuilder.STDIN : writer.open(Purpose.PROCESS, "/dev/null", PlanWriter.O_RDONLY);
        connect(input, 0, "stdin");
        connect(PlanBuilder.STDOUT, 1, "stdout");
        connect(PlanBuilder.STDERR, 2, "stderr");
        if (user.uid() != 0 && first == 0) {
            for (int i = stdin ? 0 : 1; i < 3; i++) {
                writer.plan.step(Purpose.PROCESS, Call.FCHOWN, i + ", " + user.uid(), i, user.uid(), -1L);
            }
        }
    }

    /** Streams that lead nowhere. */
    void nothing() {
        Step nowhere = writer.open(Purpose.PROCESS, "/dev/null", PlanWriter.O_RDWR);
        for (int i = 0; i < 3; i++) {
            connect(nowhere, i, "/dev/null");
        }
    }

    /** Opens a terminal of the container's own devpts; its master goes to the minder. */
    void terminal(@Nullable ConsoleSize size, User user) {
        Step master = writer.plan.special(
                Purpose.PROCESS,
                Step.Kind.TERMINAL,
                Call.OPENAT,
                "/dev/pts/ptmx, O_RDWR|O_NOCTTY",
                ondol.linux.Kernel.AT_FDCWD,
                writer.plan.text("/dev/pts/ptmx"),
                PlanWriter.O_RDWR | PlanWriter.O_NOCTTY | PlanWriter.O_CLOEXEC,
                0);
        writer.plan.step(
                Purpose.PROCESS,
                Call.IOCTL,
                "terminal, TIOCSPTLCK",
                master,
                TIOCSPTLCK,
                writer.plan.bytes(new byte[8]));
        Step slave = writer.plan.step(
                Purpose.PROCESS,
                Call.IOCTL,
                "terminal, TIOCGPTPEER",
                master,
                TIOCGPTPEER,
                PlanWriter.O_RDWR | PlanWriter.O_NOCTTY | PlanWriter.O_CLOEXEC);
        if (size != null && size.height() > 0 && size.width() > 0) {
            byte[] window = ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putShort((short) size.height())
                    .putShort((short) size.width())
                    .array();
            writer.plan.step(
                    Purpose.PROCESS, Call.IOCTL, "terminal, TIOCSWINSZ", slave, TIOCSWINSZ, writer.plan.bytes(window));
        }
        writer.plan.step(Purpose.PROCESS, Call.FCHOWN, "terminal, " + user.uid(), slave, user.uid(), -1L);
        for (int i = 0; i < 3; i++) {
            connect(slave, i, "terminal");
        }
        writer.plan.step(Purpose.PROCESS, Call.IOCTL, "0, TIOCSCTTY", 0, TIOCSCTTY, 0);
    }

    private void connect(Object from, int number, String shown) {
        writer.plan.step(Purpose.PROCESS, Call.DUP3, shown + ", " + number, from, number, 0);
    }
}
