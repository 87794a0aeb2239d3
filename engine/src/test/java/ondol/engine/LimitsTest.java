package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import ondol.engine.ContainerDetails.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a container may use. */
final class LimitsTest extends OnEngine {
    @Test
    void memory() {
        String id = create(
                shell("x=x; while :; do x=$x$x; done"), host().memory(16L << 20).memorySwap(16L << 20));
        containers().start(id);
        assertEquals(137, exit(id));
        assertTrue(state(id).oomKilled(), state(id).toString());
        containers().remove(id, false, true);
        String well = create(shell("true"), host().memory(16L << 20));
        containers().start(well);
        exit(well);
        assertFalse(state(well).oomKilled());
        containers().remove(well, false, true);
    }

    @Test
    void processes() {
        Ran ran = run(shell("for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait"), host().pidsLimit(5L));
        assertTrue(ran.err().contains("fork"), ran.toString());
    }

    @Test
    void processorTime() {
        String id = started(shell("sleep 60"), host().nanoCpus(500_000_000L));
        if (engine.info().cgroupVersion() == 2) {
            assertEquals("50000 100000", group(id, "", "cpu.max"));
        } else {
            assertEquals("50000", group(id, "cpu.cfs_quota_us", ""));
        }
        containers().remove(id, true, true);
        String shares = started(shell("sleep 60"), host().cpuShares(512L));
        assertEquals(engine.info().cgroupVersion() == 2 ? "59" : "512", group(shares, "cpu.shares", "cpu.weight"));
        containers().remove(shares, true, true);
    }

    @Test
    void processors() {
        assumeTrue(
                TestMachine.text(Path.of("/proc/cgroups")).contains("cpuset"), "this kernel has no cpuset controller");
        String id = started(shell("sleep 60"), host().cpusetCpus("0"));
        assertEquals("0", group(id, "cpuset.cpus", "cpuset.cpus"));
        assertEquals("1", exec(id, "nproc").out().strip());
        containers().remove(id, true, true);
    }

    @Test
    void updateWhileItRuns() {
        String id = started(
                shell("sleep 60"),
                host().memory(64L << 20).memorySwap(64L << 20).pidsLimit(50L));
        containers()
                .update(
                        id,
                        host().memory(128L << 20)
                                .memorySwap(128L << 20)
                                .pidsLimit(70L)
                                .build());
        assertEquals(String.valueOf(128 << 20), group(id, "memory.limit_in_bytes", "memory.max"));
        assertEquals("70", group(id, "pids.max", "pids.max"));
        containers().update(id, host().memory(32L << 20).memorySwap(32L << 20).build());
        assertEquals(String.valueOf(32 << 20), group(id, "memory.limit_in_bytes", "memory.max"));
        assertEquals("70", group(id, "pids.max", "pids.max"), "what was not said stays");
        assertEquals(32L << 20, containers().inspect(id).host().memory());
        refused(() -> containers().update(id, host().memory(1L).build()));
        assertEquals(32L << 20, containers().inspect(id).host().memory(), "a refused change changes nothing");
        containers().remove(id, true, true);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, '', Minimum memory limit",
        "0, 99, '', ",
        "0, 0, 77, ",
    })
    void badLimits(long memory, long cpus, String cpuset, String words) {
        EngineException refused = refused(() -> run(
                shell("true"),
                host().memory(memory).nanoCpus(cpus * 1_000_000_000_000L).cpusetCpus(cpuset)));
        assertEquals(EngineException.Kind.INVALID, refused.kind(), refused.getMessage());
        assertTrue(words == null || refused.getMessage().contains(words), refused.getMessage());
        assertEquals(
                List.of(),
                containers().list().stream()
                        .filter(c -> c.host().memory() != null && c.host().memory() == 1)
                        .toList());
    }

    @Test
    void pause() {
        String id = started("i=0; while :; do i=$((i+1)); echo $i; sleep 0.01; done");
        eventually("it counts", () -> logs(id).contains("\n3\n"));
        containers().pause(id);
        assertEquals(Status.PAUSED, state(id).status());
        pause(50);
        String before = logs(id);
        pause(200);
        assertEquals(before, logs(id));
        assertTrue(refused(() -> exec(id, "true")).getMessage().contains("paused"));
        refused(() -> containers().pause(id));
        containers().unpause(id);
        eventually("it goes on", () -> logs(id).length() > before.length());
        containers().pause(id);
        containers().remove(id, true, true); // by force, paused as it is
        String stopped = started(shell("trap 'exit 6' TERM; echo ready; while :; do sleep 0.02; done"), host());
        eventually("ready", () -> logs(stopped).contains("ready"));
        containers().pause(stopped);
        containers().stop(stopped, null, null);
        assertEquals(6, state(stopped).exitCode());
        containers().remove(stopped, false, true);
    }

    @Test
    void ownViewOfItsGroup() {
        String limit = engine.info().cgroupVersion() == 2
                ? "cat /sys/fs/cgroup/memory.max"
                : "cat /sys/fs/cgroup/memory/memory.limit_in_bytes";
        assertEquals(String.valueOf(64 << 20), out(h -> h.memory(64L << 20), limit));
        assertEquals("", out("cut -d: -f3 /proc/self/cgroup | grep -v '^/$'; true"));
        assertNotEquals("", out("cat /proc/self/cgroup"));
    }

    @Test
    void top() {
        String id = started("sleep 61 & sleep 62; true");
        eventually("both", () -> containers().top(id, "").rows().size() == 3);
        Containers.Processes processes = containers().top(id, "-ef");
        assertEquals(List.of("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"), processes.titles());
        assertTrue(
                processes.rows().toString().contains("sleep 62"),
                processes.rows().toString());
        containers().remove(id, true, true);
        refused(() -> containers().top(id, ""));
    }
}
