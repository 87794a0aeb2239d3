package ondol.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import ondol.linux.cgroup.Resources.BlockIo;
import ondol.linux.cgroup.Resources.Cpu;
import ondol.linux.cgroup.Resources.DeviceValue;
import ondol.linux.cgroup.Resources.Memory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What limits do, measured: against the kernel that runs the test. */
@ParameterizedClass
@MethodSource("ondol.linux.cgroup.TestGroups#kinds")
class LimitsOnKernelTest {
    private static final long MIB = 1 << 20;
    private static final long PAGE = 4096;

    private final Hierarchies hierarchies;
    private final TestGroups groups;

    LimitsOnKernelTest(Hierarchies hierarchies) {
        this.hierarchies = hierarchies;
        this.groups = new TestGroups(hierarchies);
    }

    @AfterEach
    void leaveNothing() {
        groups.close();
    }

    private static Resources of(
            @Nullable Memory memory, @Nullable Cpu cpu, @Nullable BlockIo io, @Nullable Map<String, String> unified) {
        return new Resources(memory, cpu, null, io, null, null, unified);
    }

    private static Resources unified(String file, String value) {
        return new Resources(null, null, null, null, null, null, Map.of(file, value));
    }

    private String file(Cgroup group, Controller controller, String v1, String v2) throws Exception {
        String directory = Objects.requireNonNull(group.directory(controller));
        return Files.readString(Path.of(directory, group.v2(controller) ? v2 : v1))
                .strip();
    }

    @Test
    void memoryIsExactToThePage() throws Exception {
        long asked = 24 * MIB + 3 * PAGE + 100; // the kernel keeps whole pages
        Cgroup group = groups.create(
                "page", new Resources(new Memory(asked, null, null, null, null), null, null, null, null, null, null));
        long limit = Objects.requireNonNull(group.stats().memory()).limit();
        assertThat(limit).isEqualTo(24 * MIB + 3 * PAGE);
        TestGroups.ends(groups.run(group, "exec tail /dev/zero"));
        Stats.Memory memory = Objects.requireNonNull(group.stats().memory());
        assumeTrue(memory.peak() >= 0, "this kernel does not tell the peak of memory");
        assertThat(memory.peak()).isBetween(limit - PAGE, limit);
        assertThat(memory.oomKills()).isEqualTo(1);
    }

    @Test
    void tasksAreExact() throws Exception {
        Cgroup group = groups.create("exact", new Resources(null, null, 17L, null, null, null, null));
        Process shell = groups.run(group, "while sleep 100 & do :; done; exit 0");
        TestGroups.ends(shell); // it could not fork
        assertThat(Objects.requireNonNull(group.stats().pids()).current()).isEqualTo(16);
        assertThat(group.processes()).hasSize(16);
    }

    @Test
    void anIdleGroupSaysSo() throws Exception {
        Cgroup group = groups.create("idle", Resources.NONE);
        assumeTrue(
                Files.exists(Path.of(Objects.requireNonNull(group.directory(Controller.CPU)), "cpu.idle")),
                "this kernel has no cpu.idle");
        group.update(of(null, new Cpu(null, null, null, null, null, null, null, null, 1L), null, null));
        assertThat(file(group, Controller.CPU, "cpu.idle", "cpu.idle")).isEqualTo("1");
        assertThatThrownBy(() -> group.update(of(null, Cpu.shares(2048), null, null)))
                .isInstanceOf(LimitException.class)
                .hasMessageContaining("idle");
        group.update(of(null, new Cpu(2048L, null, null, null, null, null, null, null, 0L), null, null));
        assertThat(file(group, Controller.CPU, "cpu.shares", "cpu.weight"))
                .isEqualTo(group.v2(Controller.CPU) ? "174" : "2048");
    }

    @Test
    void burstAndQuota() throws Exception {
        Cgroup group = groups.create(
                "burst", of(null, new Cpu(null, 40_000L, 20_000L, 80_000L, null, null, null, null, null), null, null));
        assertThat(file(group, Controller.CPU, "cpu.cfs_burst_us", "cpu.max.burst"))
                .isEqualTo("20000");
        assertThat(file(group, Controller.CPU, "cpu.cfs_quota_us", "cpu.max"))
                .isEqualTo(group.v2(Controller.CPU) ? "40000 80000" : "40000");
    }

    @Test
    void aReservationIsSoftOrLow() throws Exception {
        Cgroup group = groups.create("soft", of(new Memory(64 * MIB, 32 * MIB, null, null, null), null, null, null));
        assertThat(file(group, Controller.MEMORY, "memory.soft_limit_in_bytes", "memory.low"))
                .isEqualTo(Long.toString(32 * MIB));
        group.update(of(new Memory(null, 16 * MIB, null, null, null), null, null, null));
        assertThat(file(group, Controller.MEMORY, "memory.soft_limit_in_bytes", "memory.low"))
                .isEqualTo(Long.toString(16 * MIB));
    }

    @Test
    void beyondHighIsSlowAndNobodyIsKilled() throws Exception {
        assumeTrue(hierarchies.inUnified(Controller.MEMORY), "memory.high is v2's");
        Cgroup group = groups.create("high", unified("memory.high", Long.toString(16 * MIB)));
        assertThat(groups.output(group, "dd if=/dev/zero of=/dev/null bs=17M count=1 2>/dev/null && echo done"))
                .isEqualTo("done");
        Path events = Path.of(Objects.requireNonNull(group.directory(Controller.MEMORY)), "memory.events");
        assertThat(Files.readString(events)).containsPattern("(?m)^high [1-9]");
        assertThat(group.oomKills()).isZero();
    }

    @Test
    void weightsOfDisksAreSetOrRefused() throws Exception {
        Resources weight = of(null, null, new BlockIo(300, null, null, null, null, null), null);
        Cgroup empty = groups.create("plain", Resources.NONE);
        Path directory = Path.of(Objects.requireNonNull(empty.directory(Controller.BLKIO)));
        boolean bfq =
                Files.exists(directory.resolve("blkio.bfq.weight")) || Files.exists(directory.resolve("io.bfq.weight"));
        if (!bfq && !Files.exists(directory.resolve("io.weight")) && !Files.exists(directory.resolve("blkio.weight"))) {
            assertThatThrownBy(() -> groups.create("weighed", weight)).isInstanceOf(LimitException.class);
            return;
        }
        Cgroup group = groups.create("weighed", weight);
        String kept = bfq
                ? file(group, Controller.BLKIO, "blkio.bfq.weight", "io.bfq.weight")
                : file(group, Controller.BLKIO, "blkio.weight", "io.weight");
        assertThat(kept.replace("default ", ""))
                .isEqualTo(bfq || !group.v2(Controller.BLKIO) ? "300" : Long.toString(V2Units.ioWeight(300)));
    }

    @Test
    void swapIsTheRestOrAllOfIt() throws Exception {
        assumeTrue(hierarchies.countsSwap(), "this kernel does not count swap");
        Cgroup group = groups.create("swap", of(new Memory(32 * MIB, null, 80 * MIB, null, null), null, null, null));
        assertThat(file(group, Controller.MEMORY, "memory.memsw.limit_in_bytes", "memory.swap.max"))
                .isEqualTo(Long.toString(group.v2(Controller.MEMORY) ? 48 * MIB : 80 * MIB));
    }

    @Test
    void theOomKillerOfV1IsSwitchedOff() throws Exception {
        Memory disabled = new Memory(16 * MIB, null, null, 10L, true);
        if (hierarchies.inUnified(Controller.MEMORY)) {
            assertThatThrownBy(() -> groups.create("oom", of(disabled, null, null, null)))
                    .isInstanceOf(LimitException.class)
                    .hasMessageContaining("v2");
            return;
        }
        Cgroup group = groups.create("oom", of(disabled, null, null, null));
        assertThat(file(group, Controller.MEMORY, "memory.oom_control", "")).startsWith("oom_kill_disable 1");
        assertThat(file(group, Controller.MEMORY, "memory.swappiness", "")).isEqualTo("10");
        Process waits = groups.run(group, "exec tail /dev/zero");
        for (int i = 0;
                i < 500
                        && !file(group, Controller.MEMORY, "memory.oom_control", "")
                                .contains("under_oom 1");
                i++) {
            Thread.sleep(10);
        }
        assertThat(waits.isAlive()).isTrue();
        assertThat(group.oomKills()).isZero();
    }

    @Test
    void aWholeGroupIsKilled() throws Exception {
        if (!hierarchies.inUnified(Controller.MEMORY)) {
            assertThatThrownBy(() -> groups.create("whole", unified("memory.oom.group", "1")))
                    .isInstanceOf(LimitException.class)
                    .hasMessageContaining("v1");
            return;
        }
        Cgroup group = groups.create("whole", of(Memory.of(16 * MIB), null, null, Map.of("memory.oom.group", "1")));
        Process shell = groups.run(group, "sleep 100 & tail /dev/zero; sleep 100");
        TestGroups.ends(shell);
        assertThat(shell.exitValue()).isEqualTo(137);
        for (int i = 0; i < 500 && group.oomKills() < 3; i++) {
            Thread.sleep(10); // the shell need not be the last that is killed
        }
        assertThat(group.oomKills()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void aGuaranteeHoldsThroughTheParents() throws Exception {
        assumeTrue(hierarchies.inUnified(Controller.MEMORY), "guarantees are v2's");
        Hierarchy unified = hierarchies.unified().orElseThrow();
        Path parent = Path.of(unified.directory(groups.parent()));
        groups.create("one", unified("memory.min", Long.toString(8 * MIB)));
        Cgroup two = groups.create("two", unified("memory.min", Long.toString(16 * MIB)));
        groups.tree.coverGuarantees(groups.parent(), null);
        assertThat(parent.resolve("memory.min")).content().isEqualTo(24 * MIB + "\n");
        two.update(unified("memory.min", "0"));
        groups.tree.coverGuarantees(groups.parent(), null);
        assertThat(parent.resolve("memory.min")).content().isEqualTo(24 * MIB + "\n");
        groups.tree.coverGuarantees(groups.parent(), groups.parent());
        assertThat(parent.resolve("memory.min")).content().isEqualTo(8 * MIB + "\n");
    }

    @Test
    void memoryBelowWhatIsInUse() throws Exception {
        Cgroup group = groups.create("below", of(Memory.of(128 * MIB), null, null, null));
        Process holds = groups.run( // dd has it as long as nobody reads on
                group,
                "dd if=/dev/zero bs=24000000 count=1 2>/dev/null | (head -c 5 >/dev/null; echo full; sleep 100)");
        assertThat(holds.getInputStream().read()).isEqualTo('f');
        Resources less = of(new Memory(16 * MIB, null, null, null, null), null, null, null);
        if (group.v2(Controller.MEMORY)) {
            group.update(less);
            assertThat(group.oomKills()).isPositive(); // without swap there is nothing to reclaim
        } else {
            assertThatThrownBy(() -> group.update(less))
                    .isInstanceOfSatisfying(
                            LimitException.class, e -> assertThat(e.reason()).isEqualTo(LimitException.Reason.BUSY));
            assertThat(Objects.requireNonNull(group.stats().memory()).limit()).isEqualTo(128 * MIB);
        }
    }

    @Test
    void tryingOutLeavesNothing() {
        groups.tree.tryOut(groups.parent(), "try", of(Memory.of(64 * MIB), Cpu.shares(512), null, null));
        assertThat(groups.tree.open(groups.parent() + "/try")).isEmpty();
        assertThatThrownBy(() -> groups.tree.tryOut(groups.parent(), "try", unified("nonsense.max", "1")))
                .isInstanceOf(LimitException.class);
        assertThat(groups.tree.open(groups.parent() + "/try")).isEmpty();
        assertThatThrownBy(() -> groups.tree.tryOut(groups.parent(), "try", unified("misc.max", "sev 1")))
                .isInstanceOf(LimitException.class)
                .hasMessageContaining("misc");
    }

    @Test
    void aRefusedUpdatePutsDevicesBack() throws Exception {
        try (TestDisk disk = TestDisk.make(4)) {
            DeviceValue slow = new DeviceValue(disk.major(), disk.minor(), MIB);
            Cgroup group = groups.create(
                    "back", of(null, null, new BlockIo(null, null, List.of(slow), null, null, null), null));
            String before = file(group, Controller.BLKIO, "blkio.throttle.read_bps_device", "io.max");
            assertThat(before).contains(disk.major() + ":" + disk.minor()).contains("1048576");
            DeviceValue faster = new DeviceValue(disk.major(), disk.minor(), 2 * MIB);
            DeviceValue none = new DeviceValue(4000, 77, 1000);
            BlockIo refused = new BlockIo(null, null, List.of(faster), List.of(faster), List.of(none), null);
            assertThatThrownBy(() -> group.update(of(null, null, refused, null)))
                    .hasMessageContaining("4000:77");
            assertThat(file(group, Controller.BLKIO, "blkio.throttle.read_bps_device", "io.max"))
                    .isEqualTo(before);
            assertThat(file(group, Controller.BLKIO, "blkio.throttle.write_bps_device", "io.max"))
                    .isEqualTo(group.v2(Controller.BLKIO) ? before : "");
            DeviceValue free = new DeviceValue(disk.major(), disk.minor(), 0);
            group.update(of(null, null, new BlockIo(null, null, List.of(free), null, null, null), null));
            assertThat(file(group, Controller.BLKIO, "blkio.throttle.read_bps_device", "io.max"))
                    .isEmpty();
        }
    }

    @Test
    void bytesPerSecondOfDirectReadsAndWrites() throws Exception {
        try (TestDisk disk = TestDisk.make(8)) {
            assumeTrue(disk.takesDirect(), "the disk of the temporary folder has no direct I/O");
            List<DeviceValue> rate = List.of(new DeviceValue(disk.major(), disk.minor(), 2 * MIB));
            Cgroup group = groups.create("bps", of(null, null, new BlockIo(null, null, rate, rate, null, null), null));
            String read = "dd if=%s of=/dev/null bs=64k count=64 iflag=direct 2>/dev/null".formatted(disk.path());
            String write = "dd if=/dev/zero of=%s bs=64k count=64 oflag=direct 2>/dev/null".formatted(disk.path());
            assertThat(seconds(group, read)).isBetween(1.8, 15.0); // 4 MiB at 2 MiB/s
            assertThat(seconds(group, write)).isBetween(1.8, 15.0);
        }
    }

    @Test
    void operationsPerSecond() throws Exception {
        try (TestDisk disk = TestDisk.make(8)) {
            assumeTrue(disk.takesDirect(), "the disk of the temporary folder has no direct I/O");
            List<DeviceValue> rate = List.of(new DeviceValue(disk.major(), disk.minor(), 50));
            Cgroup group = groups.create("iops", of(null, null, new BlockIo(null, null, null, null, rate, null), null));
            String read = "dd if=%s of=/dev/null bs=4k count=100 iflag=direct 2>/dev/null".formatted(disk.path());
            assertThat(seconds(group, read)).isBetween(1.7, 15.0);
        }
    }

    private double seconds(Cgroup group, String script) {
        long begin = System.nanoTime();
        assertThat(groups.output(group, script + " && echo done")).isEqualTo("done");
        return (System.nanoTime() - begin) / 1e9;
    }
}
