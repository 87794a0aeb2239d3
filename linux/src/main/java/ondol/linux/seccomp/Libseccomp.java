package ondol.linux.seccomp;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HashMap;
import java.util.Map;

/**
 * The mechanical layer to libseccomp ({@code man 3 seccomp_syscall_resolve_name} and its neighbours). All its functions take at most five
 * numbers or addresses and return one, so one function shape of longs serves them all; results that are {@code int} are
 * cut down to it.
 */
final class Libseccomp {
    private static final String FILE = "libseccomp.so.2";
    private static final FunctionDescriptor SHAPE = FunctionDescriptor.of(
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG);

    private final SymbolLookup symbols;
    private final MethodHandle shape = Linker.nativeLinker().downcallHandle(SHAPE);
    private final Map<String, MemorySegment> functions = new HashMap<>();

    private Libseccomp(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /**
     * Loads the library for as long as the process lives.
     *
     * @throws IllegalStateException where it is not installed
     */
    static Libseccomp load() {
        try {
            return new Libseccomp(SymbolLookup.libraryLookup(FILE, Arena.global()));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    FILE + " is not installed: install the package libseccomp2 (Debian, Ubuntu) or libseccomp (Fedora,"
                            + " Arch, Alpine), or start the container with --security-opt seccomp=unconfined",
                    e);
        }
    }

    /** Such as {@code 2.5.4} ({@code struct scmp_version}: three unsigned ints). */
    String version() {
        MemorySegment version =
                MemorySegment.ofAddress(invoke("seccomp_version")).reinterpret(12);
        return version.getAtIndex(ValueLayout.JAVA_INT, 0)
                + "." + version.getAtIndex(ValueLayout.JAVA_INT, 1)
                + "." + version.getAtIndex(ValueLayout.JAVA_INT, 2);
    }

    /** Calls a function and returns its result as it is. */
    long invoke(String function, long... arguments) {
        long[] five = java.util.Arrays.copyOf(arguments, 5);
        MemorySegment address =
                functions.computeIfAbsent(function, name -> symbols.find(name).orElseThrow());
        try {
            return (long) shape.invokeExact(address, five[0], five[1], five[2], five[3], five[4]);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a C function declares no exception", e);
        }
    }

    /** Calls a function that returns an int: a result, or a negated error number. */
    int invokeInt(String function, long... arguments) {
        return (int) invoke(function, arguments);
    }
}
