package ondol.engine.local;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;
import ondol.linux.Call;
import ondol.linux.Descriptor;
import ondol.linux.Errno;
import ondol.linux.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * Writing to a container's stdin without holding up a thread in the kernel: a container that does not read would else
 * keep one of the few threads that all virtual threads share.
 */
final class Nonblocking {
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final short POLLIN = 1;
    private static final int O_NONBLOCK = 0x800;
    private static final long LONGEST_PAUSE = 20_000_000;
    private static final long FIRST_PAUSE = 20_000;

    private Nonblocking() {}

    /** A descriptor of one's own on the same open file, which no longer blocks ({@code man 2 fcntl}). */
    static Descriptor copy(Descriptor descriptor) {
        int number = Kernel.callInt(Call.FCNTL, "F_DUPFD_CLOEXEC", descriptor.number(), F_DUPFD_CLOEXEC, 3);
        long flags = Kernel.call(Call.FCNTL, "F_GETFL", number, F_GETFL);
        Kernel.call(Call.FCNTL, "F_SETFL, O_NONBLOCK", number, F_SETFL, flags | O_NONBLOCK);
        return new Descriptor(number, descriptor.toString());
    }

    /**
     * Waits, in the kernel, until one of the streams has something to read, or the process has ended ({@code man 2 ppoll}).
     *
     * @param streams null where there is none any more
     * @param process a process descriptor ({@code man 2 pidfd_open}); null where only the streams count
     * @param nanoseconds how long at most
     * @return whether the process has ended
     */
    static boolean awaitAny(@Nullable Descriptor[] streams, @Nullable Descriptor process, long nanoseconds) {
        int count = streams.length + 1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8L * count, 8);
            for (int i = 0; i < count; i++) {
                Descriptor one = i == 0 ? process : streams[i - 1];
                poll.set(ValueLayout.JAVA_INT, 8L * i, one == null ? -1 : one.number());
                poll.set(ValueLayout.JAVA_SHORT, 8L * i + 4, POLLIN);
            }
            MemorySegment time = arena.allocate(16, 8);
            time.set(ValueLayout.JAVA_LONG, 0, nanoseconds / 1_000_000_000);
            time.set(ValueLayout.JAVA_LONG, 8, nanoseconds % 1_000_000_000);
            Kernel.raw(Call.PPOLL, poll.address(), count, time.address(), 0, 8);
            return poll.get(ValueLayout.JAVA_SHORT, 6) != 0;
        }
    }

    /**
     * Writes all bytes, pausing while the other side does not read.
     *
     * @return false where nobody reads any more
     */
    static boolean write(Descriptor to, byte[] bytes, int offset, int length) throws InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(Math.max(1, length));
            MemorySegment.copy(bytes, offset, buffer, ValueLayout.JAVA_BYTE, 0, length);
            long pause = FIRST_PAUSE;
            for (int done = 0; done < length; ) {
                long written = Kernel.raw(Call.WRITE, to.number(), buffer.address() + done, length - done);
                if (written > 0) {
                    done += (int) written;
                    pause = FIRST_PAUSE;
                } else if (written == -Errno.EAGAIN.number()) {
                    LockSupport.parkNanos(pause);
                    pause = Math.min(LONGEST_PAUSE, pause * 2);
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                } else {
                    return false; // EPIPE, EIO: the process has closed it, or ended
                }
            }
            return true;
        }
    }
}
