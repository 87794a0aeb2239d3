package ondol.network.dns;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Things that may all take equally long, so that the first to begin is the first to be late. For one thread. */
final class Deadlines {
    private final long nanos;
    private final Map<Runnable, Long> waiting = new LinkedHashMap<>();

    Deadlines(Duration time) {
        this.nanos = time.toNanos();
    }

    /** Begins to wait, anew where it waits already. What is run when it is late is also what names it. */
    void begin(Runnable late) {
        waiting.remove(late);
        waiting.put(late, System.nanoTime() + nanos);
    }

    void end(Runnable late) {
        waiting.remove(late);
    }

    /** Runs what is late. */
    void run() {
        while (!waiting.isEmpty()) {
            Iterator<Map.Entry<Runnable, Long>> first = waiting.entrySet().iterator();
            Map.Entry<Runnable, Long> next = first.next();
            if (next.getValue() - System.nanoTime() > 0) {
                return;
            }
            Runnable late = next.getKey();
            first.remove();
            late.run();
        }
    }

    /** How many milliseconds there are until something is late, at most the given; rounded up. */
    long next(long most) {
        if (waiting.isEmpty()) {
            return most;
        }
        long left = waiting.values().iterator().next() - System.nanoTime();
        return Math.clamp((left + 999_999) / 1_000_000, 0, most);
    }
}
