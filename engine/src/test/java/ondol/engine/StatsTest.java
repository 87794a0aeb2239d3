package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Objects;
import ondol.engine.StatsReader.Readings;
import org.junit.jupiter.api.Test;

/** What containers use, as the kernel meters it. */
final class StatsTest extends OnEngine {
    @Test
    void whatABusyContainerUses() throws InterruptedException {
        String id =
                started(shell("while :; do :; done"), host().memory(64L << 20).pidsLimit(20L));
        try (StatsReader reader = containers().followStats(id)) {
            Readings first = Objects.requireNonNull(reader.next());
            assertNull(first.before());
            Readings second = Objects.requireNonNull(reader.next());
            ContainerStats before = Objects.requireNonNull(second.before());
            assertEquals(first.now(), before);
            ContainerStats now = second.now();
            Duration between =
                    Duration.between(Objects.requireNonNull(before.read()), Objects.requireNonNull(now.read()));
            assertTrue(between.toMillis() > 500 && between.toMillis() < 1000L * machine.patience(), between.toString());
            long used = Objects.requireNonNull(now.cpu()).usage()
                    - Objects.requireNonNull(before.cpu()).usage();
            assertTrue(used > 0 && used <= between.toNanos() * 1.2, used + " in " + between);
            assertTrue(now.machineTime() > before.machineTime());
            assertEquals(Runtime.getRuntime().availableProcessors(), now.processors());
            if (now.memory() != null) {
                assertEquals(64L << 20, now.memory().limit());
                assertTrue(now.memory().usage() > 0 && now.memory().usage() <= 64L << 20);
                assertTrue(now.memory().details().size() > 10);
            }
            ContainerStats.Pids pids = Objects.requireNonNull(now.pids());
            assertEquals(1, pids.current());
            assertEquals(20, pids.limit());
        }
        containers().remove(id, true, true);
    }

    @Test
    void whatDoesNotRunUsesNothing() throws InterruptedException {
        String id = create(shell("sleep 60"), host());
        ContainerStats none = containers().stats(id);
        assertNull(none.read());
        assertNull(none.cpu());
        try (StatsReader reader = containers().followStats(id)) {
            assertNull(Objects.requireNonNull(reader.next()).now().read());
            containers().start(id);
            Readings readings = Objects.requireNonNull(reader.next());
            while (readings.before() == null) {
                readings = Objects.requireNonNull(reader.next());
            }
            assertNotNull(readings.now().read());
            containers().remove(id, true, true);
            while (readings != null) { // ends
                readings = reader.next();
            }
        }
    }

    @Test
    void manyReadersShareOneSampler() throws InterruptedException {
        String id = started("sleep 60");
        StatsReader[] readers = new StatsReader[50];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = containers().followStats(id);
        }
        Readings last = null;
        for (StatsReader reader : readers) {
            last = reader.next();
        }
        assertNotNull(last);
        Readings newest = Objects.requireNonNull(readers[0].next());
        pause(100); // others are late, and get the same reading
        assertEquals(newest, readers[1].next());
        Thread waiting = Thread.startVirtualThread(() -> {
            try {
                while (readers[2].next() != null) {
                    // until it is closed
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        for (StatsReader reader : readers) {
            reader.close();
        }
        assertTrue(waiting.join(Duration.ofSeconds(machine.patience())));
        containers().remove(id, true, true);
    }
}
