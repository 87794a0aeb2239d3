package ondol.engine.logs;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells readers that one run of a container appended to its log, or that it ended and nothing more will come. Monotone: a
 * reader that looks at the {@link #count} before it reads misses nothing. Waiting costs a virtual thread nothing.
 */
public final class LogSignal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long count;
    private boolean ended;

    /** Something was appended (or is worth a look); after it is in the file. */
    public void appended() {
        change(false);
    }

    /** Nothing more will be appended; after the last byte is in the file. May be said again. */
    public void end() {
        change(true);
    }

    private void change(boolean end) {
        lock.lock();
        try {
            count++;
            ended |= end;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether {@link #end} was said. To be read before the log is, else its last bytes may be missed. */
    public boolean isEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** How often something changed until now, for {@link #await}. */
    public long count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the count is another one than seen.
     *
     * @param nanos at most so long
     */
    public void await(long seen, long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (count == seen && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }
}
