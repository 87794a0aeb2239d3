package ondol.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Waits for many descriptors at once ({@code man 7 epoll}). One platform thread waits, because a waiting virtual thread
 * would hold its carrier; any thread may add, remove and {@link #wakeUp()}.
 */
public final class Epoll implements AutoCloseable {
    /** There is something to read. */
    public static final int IN = 0x001;

    /** There is room to write. */
    public static final int OUT = 0x004;

    /** An error; always reported, whether asked for or not. */
    public static final int ERROR = 0x008;

    /** The far end is gone; always reported. */
    public static final int HANG_UP = 0x010;

    /** The far end writes no more. */
    public static final int READ_HANG_UP = 0x2000;

    /** Report each change once, instead of every time something is there ({@code EPOLLET}). */
    public static final int EDGE = 1 << 31;

    private static final int CLOEXEC = 02000000;
    private static final int NONBLOCK = 04000;
    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MAX_EVENTS = 64;
    private static final int SIGSET_SIZE = 8;

    /** {@code struct epoll_event} is packed on x86-64 alone. */
    private static final boolean PACKED = !System.getProperty("os.arch").equals("aarch64");

    private static final int EVENT = PACKED ? 12 : 16;
    private static final int TOKEN = PACKED ? 4 : 8;
    private static final ValueLayout.OfLong UNALIGNED_LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    /** Which token is the wake-up's own. */
    private static final long WAKE_UP = Long.MIN_VALUE;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment events = arena.allocate((long) EVENT * MAX_EVENTS, 8);
    private final MemorySegment counter = arena.allocate(8, 8);
    private final Descriptor epoll;
    private final Descriptor wakeUp;

    /**
     * Something that is ready.
     *
     * @param token what was given to {@link #add}
     * @param ready bits: {@link #IN} and the like
     */
    public record Event(long token, int ready) {}

    /**
     * Waits for nothing yet.
     *
     * @throws KernelException where the kernel refuses
     */
    public Epoll() {
        epoll = new Descriptor(Kernel.callInt(Call.EPOLL_CREATE1, "", CLOEXEC), "epoll");
        try {
            wakeUp = new Descriptor(Kernel.callInt(Call.EVENTFD2, "", 0, CLOEXEC | NONBLOCK), "eventfd");
        } catch (KernelException e) {
            epoll.close();
            arena.close();
            throw e;
        }
        control(ADD, wakeUp.number(), IN, WAKE_UP);
    }

    /**
     * Waits for a descriptor from now on.
     *
     * @param interest bits: {@link #IN} and the like
     * @param token comes back with its events; not {@link Long#MIN_VALUE}
     * @throws KernelException {@code EEXIST} where it is there, {@code EPERM} for a file, which is always ready
     */
    public void add(int descriptor, int interest, long token) {
        if (token == WAKE_UP) {
            throw new IllegalArgumentException("epoll token Long.MIN_VALUE is taken");
        }
        control(ADD, descriptor, interest, token);
    }

    /** Waits for a descriptor no more; one that is closed everywhere goes by itself. */
    public void remove(int descriptor) {
        control(DELETE, descriptor, 0, 0);
    }

    /**
     * Waits until something is ready, at most 64 things, or until {@link #wakeUp()}; then the list may be empty. For one
     * thread at a time.
     *
     * @param milliseconds how long at most; 0 looks and returns, -1 waits for ever
     */
    public List<Event> await(int milliseconds) {
        long count = Kernel.call(
                Call.EPOLL_PWAIT, "", epoll.number(), events.address(), MAX_EVENTS, milliseconds, 0, SIGSET_SIZE);
        List<Event> ready = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long at = (long) i * EVENT;
            long token = events.get(UNALIGNED_LONG, at + TOKEN);
            if (token == WAKE_UP) {
                Kernel.raw(Call.READ, wakeUp.number(), counter.address(), 8);
            } else {
                ready.add(new Event(token, events.get(ValueLayout.JAVA_INT_UNALIGNED, at)));
            }
        }
        return ready;
    }

    /** Makes the waiting thread return, now or when it waits next. */
    public void wakeUp() {
        try (Arena own = Arena.ofConfined()) {
            MemorySegment one = own.allocateFrom(ValueLayout.JAVA_LONG, 1);
            // refused only where 2^64 - 2 are waiting already
            Kernel.raw(Call.WRITE, wakeUp.number(), one.address(), 8);
        }
    }

    /** To be called when no thread waits any more. */
    @Override
    public void close() {
        wakeUp.close();
        epoll.close();
        arena.close();
    }

    private void control(int operation, int descriptor, int interest, long token) {
        try (Arena own = Arena.ofConfined()) {
            MemorySegment event = own.allocate(EVENT, 8);
            event.set(ValueLayout.JAVA_INT, 0, interest);
            event.set(UNALIGNED_LONG, TOKEN, token);
            Kernel.call(
                    Call.EPOLL_CTL, "descriptor " + descriptor, epoll.number(), operation, descriptor, event.address());
        }
    }
}
