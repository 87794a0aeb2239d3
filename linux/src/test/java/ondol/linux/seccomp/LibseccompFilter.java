package ondol.linux.seccomp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import ondol.linux.KernelException;
import ondol.linux.seccomp.SeccompProfile.Action;
import ondol.linux.seccomp.SeccompProfile.Argument;
import ondol.linux.seccomp.SeccompProfile.Rule;

/**
 * The program that libseccomp itself writes for a profile ({@code man 3 seccomp_init}, {@code scmp_filter_ctx}): what ours
 * is held against.
 */
final class LibseccompFilter implements AutoCloseable {
    /** {@code __NR_SCMP_ERROR}; other negative numbers are calls that only another architecture has. */
    private static final int UNKNOWN_CALL = -1;

    /** Of an architecture for which the profile names no call: nothing is known of what its author knew. */
    private static final int NO_CALL = -1;

    private static final int ATTRIBUTE_OPTIMIZE = 8;
    private static final int OPTIMIZE_AS_TREE = 2;
    private static final String ARCHITECTURE_PREFIX = "SCMP_ARCH_";

    private final Libseccomp seccomp;
    private final Arena arena;
    private final SeccompProfile profile;
    private final Machine machine;
    private final int defaultCode;
    private final long context;
    private final Map<Integer, Integer> lastCalls = new HashMap<>();

    private LibseccompFilter(Libseccomp seccomp, Arena arena, SeccompProfile profile, Machine machine) {
        this.seccomp = seccomp;
        this.arena = arena;
        this.profile = profile;
        this.machine = machine;
        this.defaultCode = profile.defaultAction().code(profile.defaultErrnoRet());
        this.context = seccomp.invoke("seccomp_init", Integer.toUnsignedLong(defaultCode));
        if (context == 0) {
            throw new KernelException("seccomp_init", profile.defaultAction().name(), Errno.EINVAL);
        }
    }

    /**
     * The instructions as the kernel takes them.
     *
     * @throws KernelException where libseccomp refuses a rule, as it does when two contradict each other
     */
    static byte[] program(Libseccomp seccomp, SeccompProfile profile, Machine machine) {
        try (Arena arena = Arena.ofConfined();
                LibseccompFilter filter = new LibseccompFilter(seccomp, arena, profile, machine)) {
            return filter.program();
        }
    }

    private byte[] program() {
        addArchitectures();
        // a tree of comparisons instead of a list: half a microsecond less for a call that is late in the list;
        // versions before 2.5 do not have it, and their list means the same
        seccomp.invoke("seccomp_attr_set", context, ATTRIBUTE_OPTIMIZE, OPTIMIZE_AS_TREE);
        for (Rule rule : profile.syscalls()) {
            for (String name : rule.names()) {
                add(name, rule);
            }
        }
        byte[] exported = export();
        lastCalls.values().removeIf(last -> last == NO_CALL);
        return refusesByDefault() ? join(NewerCalls.head(lastCalls), exported) : exported;
    }

    @Override
    public void close() {
        seccomp.invoke("seccomp_release", context);
    }

    private void addArchitectures() {
        int own = Architecture.nativeOf(machine).token();
        int running = seccomp.invokeInt("seccomp_arch_native");
        if (own != running) {
            call("seccomp_arch_add", "", context, Integer.toUnsignedLong(own));
            call("seccomp_arch_remove", "", context, Integer.toUnsignedLong(running));
        }
        lastCalls.put(own, NO_CALL);
        for (String name : new HashSet<>(profile.architectures())) {
            int token = architecture(name);
            int result = seccomp.invokeInt("seccomp_arch_add", context, Integer.toUnsignedLong(token));
            if (result < 0 && -result != Errno.EEXIST.number()) {
                throw new KernelException("seccomp_arch_add", name, Errno.of(-result));
            }
            lastCalls.put(token, NO_CALL);
        }
    }

    private int architecture(String name) {
        int token = 0;
        if (name.startsWith(ARCHITECTURE_PREFIX)) {
            String known = name.substring(ARCHITECTURE_PREFIX.length()).toLowerCase(Locale.ROOT);
            token = seccomp.invokeInt(
                    "seccomp_arch_resolve_name", Kernel.text(arena, known).address());
        }
        if (token == 0) {
            throw new IllegalArgumentException(
                    "seccomp profile: libseccomp %s does not know the architecture \"%s\", write for example SCMP_ARCH_X86_64"
                            .formatted(seccomp.version(), name));
        }
        return token;
    }

    private void add(String name, Rule rule) {
        MemorySegment text = Kernel.text(arena, name);
        int call = seccomp.invokeInt("seccomp_syscall_resolve_name", text.address());
        if (call == UNKNOWN_CALL) {
            return;
        }
        for (Map.Entry<Integer, Integer> last : lastCalls.entrySet()) {
            long token = Integer.toUnsignedLong(last.getKey());
            int number = seccomp.invokeInt("seccomp_syscall_resolve_name_arch", token, text.address());
            last.setValue(Math.max(last.getValue(), number));
        }
        int code = rule.action().code(rule.errnoRet());
        if (code == defaultCode) {
            // libseccomp refuses a rule that changes nothing
            return;
        }
        if (hasArgumentTwice(rule.args())) {
            for (Argument argument : rule.args()) {
                add(name, code, call, List.of(argument));
            }
        } else {
            add(name, code, call, rule.args());
        }
    }

    private void add(String name, int code, int call, List<Argument> arguments) {
        // struct scmp_arg_cmp: argument, comparison, two values
        MemorySegment conditions = arena.allocate(Math.max(1, arguments.size()) * 24L, 8);
        var buffer = conditions.asByteBuffer().order(java.nio.ByteOrder.nativeOrder());
        for (Argument argument : arguments) {
            buffer.putInt(argument.index()).putInt(argument.op().number());
            buffer.putLong(argument.value()).putLong(argument.valueTwo());
        }
        call(
                "seccomp_rule_add_array",
                name + " " + arguments,
                context,
                Integer.toUnsignedLong(code),
                call,
                arguments.size(),
                conditions.address());
    }

    private static boolean hasArgumentTwice(List<Argument> arguments) {
        Set<Integer> seen = new HashSet<>();
        return !arguments.stream().allMatch(argument -> seen.add(argument.index()));
    }

    private boolean refusesByDefault() {
        Action action = profile.defaultAction();
        return action != Action.ALLOW
                && action != Action.LOG
                && defaultCode != Action.ERRNO.code(Errno.ENOSYS.number());
    }

    /** Through a file in memory, because every version has {@code seccomp_export_bpf}. */
    private byte[] export() {
        int number = Kernel.callInt(
                Call.MEMFD_CREATE,
                "seccomp program",
                Kernel.text(arena, "ondol-seccomp").address(),
                1);
        try (Descriptor memory = new Descriptor(number, "seccomp program")) {
            call("seccomp_export_bpf", "", context, memory.number());
            return Files.readAllBytes(Path.of(memory.path()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read back the seccomp program", e);
        }
    }

    private void call(String function, String shown, long... arguments) {
        int result = seccomp.invokeInt(function, arguments);
        if (result < 0) {
            throw new KernelException(function, shown, Errno.of(-result));
        }
    }

    private static byte[] join(byte[] head, byte[] tail) {
        var joined = new ByteArrayOutputStream();
        joined.writeBytes(head);
        joined.writeBytes(tail);
        return joined.toByteArray();
    }
}
