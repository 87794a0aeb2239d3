package ondol.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Limits on what a process may take ({@code man 2 prlimit}). */
public final class Rlimits {
    /** No limit: {@code RLIM_INFINITY}, all bits set; as a user writes it, -1. */
    public static final long UNLIMITED = -1;

    private Rlimits() {}

    /** What is limited; the order is the kernel's own ({@code asm-generic/resource.h}). */
    @SuppressWarnings("EnumOrdinal") // the kernel's list is only ever appended to
    public enum Resource {
        CPU,
        FSIZE,
        DATA,
        STACK,
        CORE,
        RSS,
        NPROC,
        NOFILE,
        MEMLOCK,
        AS,
        LOCKS,
        SIGPENDING,
        MSGQUEUE,
        NICE,
        RTPRIO,
        RTTIME;

        private static final String PREFIX = "RLIMIT_";

        /** The kernel's number. */
        public int number() {
            return ordinal();
        }

        /** The name as the manual and OCI's {@code config.json} have it, such as {@code RLIMIT_NOFILE}. */
        public String manual() {
            return PREFIX + name();
        }

        /**
         * Reads {@code RLIMIT_NOFILE} or {@code nofile}.
         *
         * @throws IllegalArgumentException where there is none of that name
         */
        public static Resource parse(String text) {
            String name = text.strip().toUpperCase(Locale.ROOT);
            for (Resource resource : values()) {
                if (name.equals(resource.name()) || name.equals(resource.manual())) {
                    return resource;
                }
            }
            throw new IllegalArgumentException("unknown resource limit \"%s\": use one of %s"
                    .formatted(
                            text,
                            Arrays.stream(values())
                                    .map(one -> one.name().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.joining(", "))));
        }
    }

    /**
     * Two limits of one resource, in the resource's unit: bytes, seconds or a count; unsigned, {@link #UNLIMITED} for none.
     *
     * @param soft what holds
     * @param hard how far a process may raise what holds
     */
    public record Limit(long soft, long hard) {}

    /**
     * The limit of a process.
     *
     * @param pid 0 for this one
     * @throws KernelException {@code ESRCH} where there is no such process
     */
    public static Limit get(int pid, Resource resource) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment old = arena.allocate(16, 8);
            Kernel.call(Call.PRLIMIT64, pid + ", " + resource.manual(), pid, resource.number(), 0, old.address());
            return new Limit(old.get(ValueLayout.JAVA_LONG, 0), old.get(ValueLayout.JAVA_LONG, 8));
        }
    }

    /**
     * Sets the limit of a process.
     *
     * @param pid 0 for this one
     * @throws KernelException {@code EPERM} for a higher hard limit without CAP_SYS_RESOURCE, {@code EINVAL} for a soft
     *     one above the hard one
     */
    public static void set(int pid, Resource resource, Limit limit) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wanted = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes(limit));
            String shown = "%d, %s, %s:%s"
                    .formatted(
                            pid,
                            resource.manual(),
                            Long.toUnsignedString(limit.soft),
                            Long.toUnsignedString(limit.hard));
            Kernel.call(Call.PRLIMIT64, shown, pid, resource.number(), wanted.address(), 0);
        }
    }

    /** {@code struct rlimit64}, the third argument of {@code prlimit64}. */
    public static byte[] bytes(Limit limit) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putLong(limit.soft)
                .putLong(limit.hard)
                .array();
    }
}
