package ondol.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Limits beyond Docker's, limits of devices, and what updates say. */
final class OwnLimitsTest extends OnEngine {
    private static boolean v2() {
        return engine.info().cgroupVersion() == 2;
    }

    @Test
    void burstAndIdle() {
        String id = started(shell("sleep 60"), host().nanoCpus(500_000_000L).cpuBurst(20_000L));
        assertEquals("20000", group(id, "cpu.cfs_burst_us", "cpu.max.burst"));
        containers().update(id, host().cpuBurst(0L).cpuIdle(true).build());
        assertEquals("0", group(id, "cpu.cfs_burst_us", "cpu.max.burst"));
        assertEquals("1", group(id, "cpu.idle", "cpu.idle"));
        assertEquals(true, containers().inspect(id).host().cpuIdle());
        containers().remove(id, true, true);
        EngineException refused = refused(() -> create(shell("true"), host().cpuBurst(20_000L)));
        assertEquals(EngineException.Kind.INVALID, refused.kind());
        assertTrue(refused.getMessage().contains("--cpus"), refused.getMessage());
    }

    @Test
    void aNumberOfProcessorsInsteadOfAQuotaAndBack() {
        String id = started(shell("sleep 60"), host().nanoCpus(500_000_000L));
        containers().update(id, host().cpuQuota(30_000L).cpuPeriod(60_000L).build());
        assertEquals(v2() ? "30000 60000" : "30000", group(id, "cpu.cfs_quota_us", "cpu.max"));
        containers().update(id, host().nanoCpus(1_000_000_000L).build());
        assertEquals(v2() ? "100000 100000" : "100000", group(id, "cpu.cfs_quota_us", "cpu.max"));
        containers().remove(id, true, true);
    }

    @Test
    void aReservationIsSetAndChanged() {
        String id = started(shell("sleep 60"), host().memory(64L << 20).memoryReservation(32L << 20));
        assertEquals(String.valueOf(32 << 20), group(id, "memory.soft_limit_in_bytes", "memory.low"));
        containers().update(id, host().memoryReservation(16L << 20).build());
        assertEquals(String.valueOf(16 << 20), group(id, "memory.soft_limit_in_bytes", "memory.low"));
        containers().remove(id, true, true);
    }

    @Test
    void hugePagesAreLimitedOrRefused() {
        HostConfigBuilder asked = host().hugetlbLimits(Map.of("2MB", 4L << 20));
        if (!Files.isDirectory(Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB"))) {
            EngineException refused = refused(() -> create(shell("true"), asked));
            assertTrue(refused.getMessage().contains("hugetlb"), refused.getMessage());
            return;
        }
        // beside v1, too, this controller may be v2's
        boolean unified = TestMachine.text(Path.of("/sys/fs/cgroup/unified/cgroup.controllers"))
                .contains("hugetlb");
        String v1 = unified ? "hugetlb.2MB.max" : "hugetlb.2MB.limit_in_bytes";
        String id = started(shell("sleep 60"), asked);
        assertEquals(String.valueOf(4 << 20), group(id, v1, "hugetlb.2MB.max"));
        containers().update(id, host().hugetlbLimits(Map.of("2MB", 8L << 20)).build());
        assertEquals(String.valueOf(8 << 20), group(id, v1, "hugetlb.2MB.max"));
        containers().remove(id, true, true);
    }

    @Test
    void memoryOfV2() {
        HostConfigBuilder asked = host().memory(64L << 20)
                .memoryHigh(48L << 20)
                .memoryGuarantee(16L << 20)
                .memoryOomGroup(true)
                .cgroupConf(Map.of("memory.low", "20971520"));
        if (!v2()) {
            EngineException refused = refused(() -> create(shell("true"), asked));
            assertEquals(EngineException.Kind.UNSUPPORTED, refused.kind());
            assertTrue(refused.getMessage().contains("v2"), refused.getMessage());
            refused = refused(() -> create(shell("true"), host().cgroupConf(Map.of("memory.low", "1M"))));
            assertEquals(EngineException.Kind.UNSUPPORTED, refused.kind());
            assertTrue(refused.getMessage().contains("v1"), refused.getMessage());
            return;
        }
        String id = started(shell("sleep 60"), asked);
        assertEquals(String.valueOf(48 << 20), group(id, "", "memory.high"));
        assertEquals(String.valueOf(16 << 20), group(id, "", "memory.min"));
        assertEquals("1", group(id, "", "memory.oom.group"));
        assertEquals("20971520", group(id, "", "memory.low"));
        containers().update(id, host().memoryHigh(-1L).build());
        assertEquals("max", group(id, "", "memory.high"));
        containers().remove(id, true, true);
        for (String file : List.of("no/slash", "cgroup.procs", "memory.nonsense", "rdma.max")) {
            refused(() -> create(shell("true"), host().cgroupConf(Map.of(file, "1"))));
        }
    }

    @Test
    void aFolderStandsForItsDisk() {
        Path disk = Path.of("/sys/dev/block");
        assumeTrue(Files.isDirectory(disk), "no /sys/dev/block");
        String path = "/var/tmp";
        List<ThrottleDevice> rate = List.of(new ThrottleDevice(path, 1 << 20));
        if (machine.slow()) { // its files are another kernel's
            EngineException refused = refused(() -> create(shell("true"), host().blkioDeviceReadBps(rate)));
            assertTrue(refused.getMessage().contains("no disk"), refused.getMessage());
            return;
        }
        Containers.Created made = containers()
                .create(
                        null,
                        shell("sleep 60").build(),
                        host().blkioDeviceReadBps(rate)
                                .blkioDeviceWriteBps(rate)
                                .build());
        assertEquals(!v2(), made.warnings().toString().contains("page cache"));
        containers().start(made.id());
        assertTrue(group(made.id(), "blkio.throttle.read_bps_device", "io.max").contains("1048576"));
        containers()
                .update(
                        made.id(),
                        host().blkioDeviceReadBps(List.of(new ThrottleDevice(path, 0)))
                                .build());
        if (!v2()) {
            assertEquals("", group(made.id(), "blkio.throttle.read_bps_device", ""));
        }
        containers().remove(made.id(), true, true);
        for (String none : List.of("/dev/null", "/proc/self", "/nowhere")) {
            EngineException refused = refused(
                    () -> create(shell("true"), host().blkioDeviceReadBps(List.of(new ThrottleDevice(none, 1)))));
            assertEquals(EngineException.Kind.INVALID, refused.kind(), refused.getMessage());
        }
    }

    @Test
    void devicesOfARunningContainer() {
        // a device that no more than the group's rules keep from being opened; reading it fails in other words
        String id = started(shell("mknod /full c 1 7; mknod /tun c 10 200; sleep 60"), host());
        eventually("made", () -> exec(id, "sh", "-c", "test -e /tun").code() == 0);
        assertEquals(0, exec(id, "sh", "-c", "head -c 1 /full >/dev/null").code());
        assertTrue(exec(id, "sh", "-c", "head -c 1 /tun").err().contains("not permitted"));
        containers().update(id, host().deviceCgroupRules(List.of("c 10:200 r")).build());
        assertTrue(!exec(id, "sh", "-c", "head -c 1 /tun").err().contains("not permitted"));
        assertEquals(0, exec(id, "sh", "-c", "head -c 1 /full >/dev/null").code());
        containers().remove(id, true, true);
    }

    @Test
    void lessMemoryThanIsInUse() {
        String id = started(
                // dd has it as long as nobody reads on
                shell("dd if=/dev/zero bs=40000000 count=1 2>/dev/null | (head -c 5 >/dev/null; echo full; sleep 60)"),
                host().memory(256L << 20).memorySwap(256L << 20));
        eventually("full", () -> logs(id).contains("full"));
        HostConfig less = host().memory(16L << 20).memorySwap(16L << 20).build();
        if (v2()) {
            List<String> warnings = containers().update(id, less);
            assertTrue(warnings.toString().contains("killed"), warnings.toString());
        } else {
            EngineException refused = refused(() -> containers().update(id, less));
            assertEquals(EngineException.Kind.CONFLICT, refused.kind(), refused.getMessage());
            assertEquals(256L << 20, containers().inspect(id).host().memory());
            assertEquals(String.valueOf(256L << 20), group(id, "memory.limit_in_bytes", ""));
        }
        containers().remove(id, true, true);
    }

    @Test
    void fewerTasksThanThereAre() {
        String id = started(shell("sleep 60 & sleep 61 & sleep 62; true"), host());
        eventually("three", () -> containers().top(id, "").rows().size() == 4);
        List<String> warnings = containers().update(id, host().pidsLimit(2L).build());
        assertTrue(warnings.toString().contains("4 tasks"), warnings.toString());
        containers().remove(id, true, true);
    }

    @Test
    void limitsOfOneVersionOnly() {
        if (v2()) {
            for (HostConfigBuilder v1 : List.of(host().memorySwappiness(10L), host().oomKillDisable(true))) {
                EngineException refused = refused(() -> create(shell("true"), v1));
                assertEquals(EngineException.Kind.UNSUPPORTED, refused.kind());
            }
            return;
        }
        String id = started(shell("sleep 60"), host().memorySwappiness(10L).oomKillDisable(true));
        assertEquals("10", group(id, "memory.swappiness", ""));
        assertTrue(group(id, "memory.oom_control", "").startsWith("oom_kill_disable 1"));
        containers()
                .update(id, host().oomKillDisable(false).memorySwappiness(20L).build());
        assertEquals("20", group(id, "memory.swappiness", ""));
        assertTrue(group(id, "memory.oom_control", "").startsWith("oom_kill_disable 0"));
        containers().remove(id, true, true);
    }
}
