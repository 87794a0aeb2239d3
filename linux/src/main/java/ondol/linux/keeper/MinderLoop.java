package ondol.linux.keeper;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Kernel;

/**
 * The one thread that hears all minders ({@code man 7 epoll}). It alone closes their sockets, so that a number is never
 * read from after it was given to something else.
 */
final class MinderLoop implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(MinderLoop.class.getName());
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLLIN = 1;
    private static final int EVENT = System.getProperty("os.arch").equals("aarch64") ? 16 : 12;
    private static final int DATA = EVENT - 8;
    private static final int BATCH = 64;

    private final Descriptor epoll =
            new Descriptor(Kernel.callInt(Call.EPOLL_CREATE1, "EPOLL_CLOEXEC", EPOLL_CLOEXEC), "epoll");
    private final Descriptor wake =
            new Descriptor(Kernel.callInt(Call.EVENTFD2, "0, EFD_CLOEXEC", 0, EFD_CLOEXEC), "eventfd");
    private final Map<Integer, Minder> minders = new HashMap<>(); // owned by the loop's thread
    private final Queue<Runnable> requests = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    MinderLoop() {
        control(EPOLL_CTL_ADD, wake.number());
        Thread.ofPlatform().daemon().name("ondol-minders").start(this::run);
    }

    void add(Minder minder) {
        request(() -> {
            minders.put(minder.socket().number(), minder);
            control(EPOLL_CTL_ADD, minder.socket().number());
        });
    }

    /** Closes a minder's socket, later and in the loop's thread. */
    void remove(Minder minder) {
        request(() -> drop(minder));
    }

    private void drop(Minder minder) {
        if (minders.values().remove(minder)) {
            control(EPOLL_CTL_DEL, minder.socket().number());
            minder.socket().close();
        }
    }

    private void request(Runnable request) {
        requests.add(request);
        try (Arena arena = Arena.ofConfined()) {
            Kernel.raw(
                    Call.WRITE,
                    wake.number(),
                    arena.allocateFrom(ValueLayout.JAVA_LONG, 1).address(),
                    8);
        } catch (IllegalStateException e) {
            // the loop has ended, and with it all that could be asked of it
        }
    }

    private void run() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment events = arena.allocate((long) EVENT * BATCH, 8);
            MemorySegment counter = arena.allocate(8, 8);
            while (!closed) {
                long ready = Kernel.raw(Call.EPOLL_PWAIT, epoll.number(), events.address(), BATCH, -1, 0, 0);
                for (int i = 0; i < ready; i++) {
                    int number = events.get(ValueLayout.JAVA_INT_UNALIGNED, (long) EVENT * i + DATA);
                    if (number == wake.number()) {
                        Kernel.raw(Call.READ, number, counter.address(), 8);
                    } else {
                        hear(number);
                    }
                }
                for (Runnable request = requests.poll(); request != null; request = requests.poll()) {
                    request.run();
                }
            }
        }
        epoll.close();
        wake.close();
    }

    private void hear(int number) {
        Minder minder = minders.get(number);
        if (minder == null) {
            return;
        }
        boolean more = false;
        try {
            more = minder.hear();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a minder's message could not be handled", e);
        }
        if (!more) {
            drop(minder);
        }
    }

    private void control(int operation, int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT, 8);
            event.set(ValueLayout.JAVA_INT, 0, EPOLLIN);
            event.set(ValueLayout.JAVA_INT_UNALIGNED, DATA, number);
            Kernel.call(Call.EPOLL_CTL, "minder", epoll.number(), operation, number, event.address());
        }
    }

    @Override
    public void close() {
        request(() -> closed = true);
    }
}
