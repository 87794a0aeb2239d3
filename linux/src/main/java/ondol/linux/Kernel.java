package ondol.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The mechanical layer to the kernel: one C function, {@code long syscall(long, …)}, for every call ({@code man 2
 * syscall}). One function shape is linked, once, because a process pays some milliseconds for each shape and nothing for
 * each function. Everything above this class is one class per kernel facility, named after what it wraps.
 *
 * <p>The error number is captured per call, so any thread may call at any time.
 */
public final class Kernel {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout ERRNO_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = ERRNO_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL = LINKER.downcallHandle(
            LINKER.defaultLookup().find("syscall").orElseThrow(),
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_LONG),
            Linker.Option.captureCallState("errno"),
            Linker.Option.firstVariadicArg(1));

    /** The current folder, as the first argument of the {@code *at} calls. */
    public static final int AT_FDCWD = -100;

    private Kernel() {}

    /**
     * Makes a call and returns what the kernel itself returns: a result, or the negated error number. {@code EINTR} is
     * tried again.
     *
     * @param arguments at most six; addresses as {@link MemorySegment#address()}, whose arena the caller keeps open
     */
    public static long raw(Call call, long... arguments) {
        long[] six = java.util.Arrays.copyOf(arguments, 6);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ERRNO_STATE);
            while (true) {
                long result = (long) SYSCALL.invokeExact(
                        state, (long) call.number(), six[0], six[1], six[2], six[3], six[4], six[5]);
                if (result != -1) {
                    return result;
                }
                int errno = (int) ERRNO.get(state, 0L);
                if (errno != Errno.EINTR.number()) {
                    return -errno;
                }
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("syscall declares no exception", e);
        }
    }

    /**
     * Makes a call and returns its result.
     *
     * @param shown the arguments as a reader would write them, for the exception's sentence
     * @throws KernelException where the kernel refuses
     */
    public static long call(Call call, String shown, long... arguments) {
        long result = raw(call, arguments);
        if (result < 0) {
            throw new KernelException(call.manual(), shown, Errno.of((int) -result));
        }
        return result;
    }

    /** As {@link #call}, for calls that return a descriptor or another small number. */
    public static int callInt(Call call, String shown, long... arguments) {
        return Math.toIntExact(call(call, shown, arguments));
    }

    /** Text as the kernel takes it: UTF-8, ended by a zero byte, alive as long as the arena. */
    public static MemorySegment text(Arena arena, String text) {
        return arena.allocateFrom(text);
    }
}
