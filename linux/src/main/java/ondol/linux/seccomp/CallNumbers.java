package ondol.linux.seccomp;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import ondol.linux.Kernel;
import ondol.linux.seccomp.SeccompProfile.Argument;
import ondol.linux.seccomp.SeccompProfile.Operator;
import org.jspecify.annotations.Nullable;

/** From the names of calls to numbers, which libseccomp knows ({@code man 3 seccomp_syscall_resolve_name}). */
final class CallNumbers {
    /** {@code __NR_SCMP_ERROR}; other negative numbers are calls that only another architecture has. */
    private static final int UNKNOWN = -1;

    /**
     * 32-bit x86 got its socket calls as one call, {@code socketcall}, and those of System V's interprocess communication
     * as another, {@code ipc}; the first argument says which is meant. Linux 4.3 and 5.1 gave most of them numbers of
     * their own ({@code arch/x86/entry/syscalls/syscall_32.tbl}). libseccomp's number for such a name is negative: less
     * than -100 by the first argument of socketcall, less than -200 by that of ipc.
     */
    private static final int SOCKETCALL = 102;

    private static final int IPC = 117;

    private static final Map<Integer, Integer> OWN_NUMBERS = Map.ofEntries(
            Map.entry(-101, 359), // socket
            Map.entry(-102, 361), // bind
            Map.entry(-103, 362), // connect
            Map.entry(-104, 363), // listen
            Map.entry(-106, 367), // getsockname
            Map.entry(-107, 368), // getpeername
            Map.entry(-108, 360), // socketpair
            Map.entry(-111, 369), // sendto
            Map.entry(-112, 371), // recvfrom
            Map.entry(-113, 373), // shutdown
            Map.entry(-114, 366), // setsockopt
            Map.entry(-115, 365), // getsockopt
            Map.entry(-116, 370), // sendmsg
            Map.entry(-117, 372), // recvmsg
            Map.entry(-118, 364), // accept4
            Map.entry(-119, 337), // recvmmsg
            Map.entry(-120, 345), // sendmmsg
            Map.entry(-202, 393), // semget
            Map.entry(-203, 394), // semctl
            Map.entry(-211, 400), // msgsnd
            Map.entry(-212, 401), // msgrcv
            Map.entry(-213, 399), // msgget
            Map.entry(-214, 402), // msgctl
            Map.entry(-221, 397), // shmat
            Map.entry(-222, 398), // shmdt
            Map.entry(-223, 395), // shmget
            Map.entry(-224, 396)); // shmctl

    private final Libseccomp seccomp;
    private final Arena arena;

    CallNumbers(Libseccomp seccomp, Arena arena) {
        this.seccomp = seccomp;
        this.arena = arena;
    }

    /** Whether any architecture has a call of this name. */
    boolean isKnown(String name) {
        long text = Kernel.text(arena, name).address();
        return seccomp.invokeInt("seccomp_syscall_resolve_name", text) != UNKNOWN;
    }

    /** libseccomp's number: negative where the call is not one of its own there. */
    int number(Architecture architecture, String name) {
        long token = Integer.toUnsignedLong(architecture.token());
        return seccomp.invokeInt(
                "seccomp_syscall_resolve_name_arch",
                token,
                Kernel.text(arena, name).address());
    }

    /**
     * A number by which a call can be made.
     *
     * @param selector what its first argument must be; null where the number is of this call alone
     */
    record Way(int number, @Nullable Argument selector) {
        /** A rule's conditions when the call is made this way: the selector takes the first argument's place. */
        List<Argument> select(List<Argument> arguments) {
            if (selector == null) {
                return arguments;
            }
            return Stream.concat(Stream.of(selector), arguments.stream().filter(argument -> argument.index() != 0))
                    .toList();
        }
    }

    /**
     * By which numbers a call can be made; by none where the architecture does not have it.
     *
     * @param number as {@link #number} gives it
     */
    List<Way> ways(Architecture architecture, int number) {
        if (number >= 0) {
            return List.of(new Way(number, null));
        }
        boolean isSocket = number <= -101 && number >= -120;
        boolean isIpc = number <= -201 && number >= -224;
        if (architecture != Architecture.X86 || !(isSocket || isIpc)) {
            return List.of();
        }
        Way shared = new Way(isSocket ? SOCKETCALL : IPC, new Argument(0, -number % 100, 0, Operator.EQ));
        Integer own = OWN_NUMBERS.get(number);
        return own == null ? List.of(shared) : List.of(shared, new Way(own, null));
    }
}
