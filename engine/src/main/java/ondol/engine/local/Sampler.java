package ondol.engine.local;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import ondol.engine.ContainerStats;
import ondol.engine.StatsReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads what containers use, once a second and only those that somebody looks at, however many do: readers take the
 * newest reading when they come for it, and a slow one is waited for by nobody.
 */
final class Sampler {
    private static final long PERIOD = 1_000_000_000;

    private final House house;
    private final Metering metering;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition read = lock.newCondition();
    private final Map<Container, Series> watched = new HashMap<>(); // guarded by lock
    private boolean ticking; // guarded by lock

    Sampler(House house) {
        this.house = house;
        this.metering = new Metering(house);
    }

    /** What is known of one container; all guarded by the lock. */
    private static final class Series {
        private int readers;
        private long count;
        private @Nullable ContainerStats before;
        private @Nullable ContainerStats now;
        private boolean over;
    }

    /** What it uses now. */
    ContainerStats once(Container container) {
        return metering.read(container);
    }

    StatsReader follow(Container container) {
        lock.lock();
        try {
            Series series = watched.computeIfAbsent(container, _ -> new Series());
            series.readers++;
            if (!ticking) {
                ticking = true;
                house.later(this::tick);
            } else if (series.readers == 1) {
                house.later(() -> sample(container)); // and from then on with the others
            }
            return new Reader(container, series);
        } finally {
            lock.unlock();
        }
    }

    private void tick() {
        long begun = System.nanoTime();
        for (Container container : containers()) {
            sample(container);
        }
        lock.lock();
        try {
            if (watched.isEmpty()) {
                ticking = false;
                return;
            }
            // a late one is followed by a whole second: what was used in less says little
            long pause = Math.max(0, begun + PERIOD - System.nanoTime());
            house.after(pause, TimeUnit.NANOSECONDS, this::tick);
        } finally {
            lock.unlock();
        }
    }

    private List<Container> containers() {
        lock.lock();
        try {
            return List.copyOf(watched.keySet());
        } finally {
            lock.unlock();
        }
    }

    private void sample(Container container) {
        ContainerStats stats = metering.read(container);
        lock.lock();
        try {
            Series series = watched.get(container);
            if (series == null) {
                return;
            }
            if (isOlder(stats, series.now)) {
                return; // two threads read at the same time, and the other one came first
            }
            series.before = series.now != null && series.now.read() != null && stats.read() != null ? series.now : null;
            series.now = stats;
            series.count++;
            series.over = container.removed().isDone();
            read.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static boolean isOlder(ContainerStats one, @Nullable ContainerStats other) {
        Instant time = one.read();
        Instant otherTime = other == null ? null : other.read();
        return time != null && otherTime != null && time.isBefore(otherTime);
    }

    /** One that looks. */
    private final class Reader implements StatsReader {
        private final Container container;
        private final Series series;
        private long seen;
        private boolean closed;

        Reader(Container container, Series series) {
            this.container = container;
            this.series = series;
        }

        @Override
        public @Nullable Readings next() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (!closed && !series.over && series.count == seen) {
                    read.await();
                }
                ContainerStats now = series.now;
                if (closed || series.over || now == null) {
                    return null;
                }
                seen = series.count;
                return new Readings(series.before, now);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (!closed && --series.readers == 0) {
                    watched.remove(container);
                }
                closed = true;
                read.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
