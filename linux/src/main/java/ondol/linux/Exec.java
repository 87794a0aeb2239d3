package ondol.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;

/** Another program in this process's place ({@code man 2 execve}): all other threads end, and nothing comes back. */
public final class Exec {
    private static final int SIG_SETMASK = 2;

    /** Bytes of the kernel's signal set. */
    private static final int SIGNALS = 8;

    private Exec() {}

    /**
     * Becomes the program. Signals that this thread has blocked are let through first, because a program inherits that;
     * what a JVM opens is closed by the call.
     *
     * @param arguments the first is the program's own name
     * @param environment {@code NAME=value}
     * @throws KernelException where the kernel refuses; this process goes on then
     */
    public static void become(Path program, List<String> arguments, List<String> environment) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment none = arena.allocate(SIGNALS);
            Kernel.call(Call.RT_SIGPROCMASK, "SIG_SETMASK, none", SIG_SETMASK, none.address(), 0, SIGNALS);
            Kernel.call(
                    Call.EXECVE,
                    program.toString(),
                    Kernel.text(arena, program.toString()).address(),
                    texts(arena, arguments),
                    texts(arena, environment));
        }
    }

    private static long texts(Arena arena, List<String> texts) {
        MemorySegment array = arena.allocate(ValueLayout.JAVA_LONG, texts.size() + 1L);
        for (int i = 0; i < texts.size(); i++) {
            array.setAtIndex(
                    ValueLayout.JAVA_LONG, i, Kernel.text(arena, texts.get(i)).address());
        }
        return array.address();
    }
}
