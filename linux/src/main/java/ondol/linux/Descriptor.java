package ondol.linux;

import java.util.concurrent.atomic.AtomicInteger;

/** An open file descriptor that closes once ({@code man 2 close}). Every descriptor that Ondol opens is close-on-exec. */
public final class Descriptor implements AutoCloseable {
    private final AtomicInteger number;
    private final String what;

    /**
     * Takes over an open descriptor.
     *
     * @param what what it is open on, for error sentences
     */
    public Descriptor(int number, String what) {
        this.number = new AtomicInteger(number);
        this.what = what;
    }

    /**
     * The number, to be given to the kernel while this object is open.
     *
     * @throws IllegalStateException where it was closed
     */
    public int number() {
        int open = number.get();
        if (open < 0) {
            throw new IllegalStateException("descriptor of " + what + " is closed");
        }
        return open;
    }

    /** Gives the number away: this object no longer closes it. */
    public int release() {
        int open = number.getAndSet(-1);
        if (open < 0) {
            throw new IllegalStateException("descriptor of " + what + " is closed");
        }
        return open;
    }

    /** Where a path under {@code /proc/self/fd} reaches the open file, for JDK calls that want a path. */
    public String path() {
        return "/proc/self/fd/" + number();
    }

    @Override
    public void close() {
        int open = number.getAndSet(-1);
        if (open >= 0) {
            // the descriptor is gone whatever close(2) answers; there is nothing to do about an error here
            Kernel.raw(Call.CLOSE, open);
        }
    }

    @Override
    public String toString() {
        return what + " (" + number.get() + ")";
    }
}
