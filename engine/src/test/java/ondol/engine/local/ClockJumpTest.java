package ondol.engine.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import ondol.engine.Meter.Grain;
import ondol.engine.Meter.Query;
import ondol.engine.Meter.Row;
import ondol.engine.Usage;
import ondol.engine.local.LinkCounts.Carried;
import ondol.engine.meter.LedgerLine;
import ondol.linux.Call;
import ondol.linux.Kernel;
import ondol.linux.cgroup.Cgroup;
import ondol.linux.cgroup.CgroupTree;
import ondol.linux.cgroup.Hierarchies;
import ondol.linux.cgroup.Resources;
import org.junit.jupiter.api.Test;

/** The wall's clock is put back and forward while a container runs: what is counted, and the time it took, stay. */
class ClockJumpTest {
    private static final long NOON = Instant.parse("2026-03-01T12:00:00Z").toEpochMilli();
    private static final long HOUR = 3_600_000;
    private static final long SECOND = 1_000_000_000;

    @Test
    void nothingIsLostNorCountedTwice() {
        assumeTrue(Kernel.raw(Call.GETUID) == 0, "control groups need root");
        String parent = "/ondol-clock-" + ProcessHandle.current().pid();
        try (CgroupTree tree = new CgroupTree(Hierarchies.detect())) {
            Cgroup group = tree.create(parent, "run", Resources.NONE);
            try {
                jump(group);
            } finally {
                group.remove();
                tree.prune(parent);
            }
        }
    }

    private static void jump(Cgroup group) {
        AtomicLong bytes = new AtomicLong();
        long clock = SECOND; // the one that never jumps
        MeterRun run = new MeterRun(
                "c",
                NOON * 1_000_000,
                "t",
                group,
                () -> Map.of("ve0", new Carried(bytes.get(), 2 * bytes.get())),
                clock);
        List<LedgerLine> lines = new ArrayList<>();
        for (long wall :
                new long[] {NOON + HOUR, NOON - 5 * HOUR, NOON - 4 * HOUR, NOON + 30 * HOUR, NOON + 2 * HOUR}) {
            bytes.addAndGet(1001);
            clock += SECOND;
            run.read(clock);
            LedgerLine line = Objects.requireNonNull(run.interim("n", wall));
            run.wrote(line);
            lines.add(line);
        }
        bytes.addAndGet(1001);
        lines.add(Objects.requireNonNull(run.end("n", clock + SECOND, NOON + HOUR)));
        lines.forEach(line -> assertTrue(line.from() <= line.until(), line.toString()));
        for (Grain grain : Grain.values()) {
            MeterSums sums = new MeterSums(new Query(null, null, null, grain), NOON + 40 * HOUR);
            lines.forEach(sums::add);
            Usage all = sums.rows().stream().map(Row::used).reduce(Usage.NONE, Usage::plus);
            assertEquals(6006, all.receivedBytes(), grain.toString());
            assertEquals(12012, all.sentBytes(), grain.toString());
            assertEquals(1, all.starts(), grain.toString());
        }
    }
}
