package ondol.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ondol.linux.Call;
import ondol.linux.plan.Purpose;
import ondol.linux.plan.Step;
import ondol.oci.runtime.Process;
import ondol.oci.runtime.Rlimit;
import org.jspecify.annotations.Nullable;

/** The process itself: its limits, its folder, its command. */
final class ProcessSteps {
    /** The kernel's numbers are the places in this list ({@code asm-generic/resource.h}). */
    private static final List<String> RLIMITS = List.of(
            "RLIMIT_CPU",
            "RLIMIT_FSIZE",
            "RLIMIT_DATA",
            "RLIMIT_STACK",
            "RLIMIT_CORE",
            "RLIMIT_RSS",
            "RLIMIT_NPROC",
            "RLIMIT_NOFILE",
            "RLIMIT_MEMLOCK",
            "RLIMIT_AS",
            "RLIMIT_LOCKS",
            "RLIMIT_SIGPENDING",
            "RLIMIT_MSGQUEUE",
            "RLIMIT_NICE",
            "RLIMIT_RTPRIO",
            "RLIMIT_RTTIME");

    private static final int AF_INET = 2;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final short IFF_UP = 1;

    private final PlanWriter writer;

    ProcessSteps(PlanWriter writer) {
        this.writer = writer;
    }

    void oomScore(@Nullable Integer adjustment) {
        if (adjustment != null && adjustment != 0) { // 0 is what there is
            Step file = writer.open(Purpose.LIMIT, "/proc/self/oom_score_adj", PlanWriter.O_WRONLY);
            writer.write(Purpose.LIMIT, file, adjustment.toString(), "oom_score_adj, " + adjustment);
        }
    }

    void rlimits(@Nullable List<Rlimit> limits) {
        for (Rlimit limit : limits == null ? List.<Rlimit>of() : limits) {
            int number = RLIMITS.indexOf(limit.type());
            if (number < 0) {
                throw new IllegalArgumentException("unknown resource limit: " + limit.type());
            }
            byte[] pair = ByteBuffer.allocate(16)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(limit.soft())
                    .putLong(limit.hard())
                    .array();
            writer.plan.step(
                    Purpose.LIMIT,
                    Call.PRLIMIT64,
                    limit.type() + ", " + limit.soft() + ":" + limit.hard(),
                    0,
                    number,
                    writer.plan.bytes(pair),
                    0);
        }
    }

    /** Writes kernel parameters of the container's own namespaces ({@code man 5 proc_sys}). */
    void sysctls(@Nullable Map<String, String> sysctls) {
        if (sysctls != null) {
            sysctls.forEach((name, value) -> {
                Step file = writer.open(Purpose.NAMESPACE, "/proc/sys/" + name.replace('.', '/'), PlanWriter.O_WRONLY);
                writer.write(Purpose.NAMESPACE, file, value, name + "=" + value);
            });
        }
    }

    void hostname(@Nullable String name, @Nullable String domain) {
        if (name != null) {
            writer.plan.step(Purpose.NAMESPACE, Call.SETHOSTNAME, name, writer.plan.text(name), name.length());
        }
        if (domain != null && !domain.isEmpty()) {
            writer.plan.step(Purpose.NAMESPACE, Call.SETDOMAINNAME, domain, writer.plan.text(domain), domain.length());
        }
    }

    /** Brings the loopback of a new network namespace up ({@code man 7 netdevice}). */
    void loopback() {
        Step socket =
                writer.plan.step(Purpose.NAMESPACE, Call.SOCKET, "AF_INET", AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        byte[] request = ByteBuffer.allocate(40)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(new byte[] {'l', 'o'})
                .position(16)
                .putShort(IFF_UP)
                .array();
        writer.plan.step(
                Purpose.NAMESPACE, Call.IOCTL, "SIOCSIFFLAGS, lo up", socket, SIOCSIFFLAGS, writer.plan.bytes(request));
    }

    /** The last steps: from every place where the command may be, as {@code man 3 execvp} looks for it. */
    void execute(Process process) {
        List<String> args = process.args();
        if (args == null || args.isEmpty()) {
            throw new IllegalArgumentException("no command to execute");
        }
        List<String> environment = process.env() == null ? List.of() : process.env();
        Step.Argument argv = writer.plan.pointers(args);
        Step.Argument envp = writer.plan.pointers(environment);
        for (String candidate : candidates(args.getFirst(), environment)) {
            writer.plan.special(
                    Purpose.PROCESS,
                    Step.Kind.EXECUTE,
                    Call.EXECVE,
                    candidate,
                    writer.plan.text(candidate),
                    argv,
                    envp);
        }
    }

    private static List<String> candidates(String command, List<String> environment) {
        if (command.contains("/")) {
            return List.of(command);
        }
        String path = "";
        for (String variable : environment) {
            if (variable.startsWith("PATH=")) {
                path = variable.substring("PATH=".length());
            }
        }
        List<String> candidates = new ArrayList<>();
        for (String folder : path.split(":")) {
            if (folder.startsWith("/")) {
                candidates.add(folder.endsWith("/") ? folder + command : folder + "/" + command);
            }
        }
        return candidates.isEmpty() ? List.of("/" + command) : candidates;
    }

    /** Waits for nothing, but leads a session of its own. */
    void session() {
        writer.plan.step(Purpose.PROCESS, Call.SETSID, "");
    }

    void umask(int mask) {
        writer.plan.step(Purpose.PROCESS, Call.UMASK, Integer.toOctalString(mask), mask);
    }

    /** Goes to the process's folder; a container's is made where it is missing. */
    void folder(String path, boolean make) {
        if (make && !path.equals("/")) {
            writer.mkdirs(Purpose.PROCESS, path);
        }
        writer.chdir(Purpose.PROCESS, path.isEmpty() ? "/" : path);
    }

    /** Writes 0, which is "me", into the files that were opened before: the process is in its groups from now on. */
    void join(List<Step> opened) {
        for (Step file : opened) {
            writer.write(Purpose.LIMIT, file, "0", file.shown() + ", 0");
        }
    }
}
