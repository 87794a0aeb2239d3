package ondol.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import ondol.linux.Errno;
import ondol.linux.KernelException;
import ondol.linux.cgroup.Resources.BlockIo;
import ondol.linux.cgroup.Resources.Cpu;
import ondol.linux.cgroup.Resources.DeviceValue;
import ondol.linux.cgroup.Resources.HugepageLimit;
import ondol.linux.cgroup.Resources.Memory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What every kind of hierarchies must do, against the kernel that runs the test. */
@ParameterizedClass
@MethodSource("ondol.linux.cgroup.TestGroups#kinds")
class CgroupConformanceTest {
    private static final long MIB = 1 << 20;

    private final Hierarchies hierarchies;
    private final TestGroups groups;

    CgroupConformanceTest(Hierarchies hierarchies) {
        this.hierarchies = hierarchies;
        this.groups = new TestGroups(hierarchies);
    }

    @AfterEach
    void leaveNothing() {
        groups.close();
        for (Hierarchy hierarchy : hierarchies.all()) {
            assertThat(Path.of(hierarchy.directory(groups.parent()))).doesNotExist();
        }
    }

    private static Resources memory(Memory memory) {
        return new Resources(memory, null, null, null, null, null, null);
    }

    private static Resources cpu(Cpu cpu) {
        return new Resources(null, cpu, null, null, null, null, null);
    }

    private static Resources pids(long limit) {
        return new Resources(null, null, limit, null, null, null, null);
    }

    @Test
    void aProcessJoinsByWritingZero() throws Exception {
        Cgroup group = groups.create("join", Resources.NONE);
        StringBuilder script = new StringBuilder();
        group.joinFiles()
                .forEach(file -> script.append("echo 0 > ").append(file).append(" || exit 1; "));
        Process process = new ProcessBuilder("/bin/sh", "-c", script + "exec sleep 100").start();
        try {
            for (int i = 0;
                    i < 1000
                            && !Files.readString(Path.of("/proc/" + process.pid() + "/comm"))
                                    .startsWith("sleep");
                    i++) {
                Thread.sleep(5);
            }
            assertThat(group.processes()).containsExactly((int) process.pid());
            assertThat(group.isPopulated()).isTrue();
            String joined = Files.readString(Path.of("/proc/" + process.pid() + "/cgroup"));
            assertThat(joined.lines().filter(line -> line.endsWith(group.path())))
                    .hasSize(group.joinFiles().size());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void killReachesEveryProcess() throws Exception {
        Cgroup group = groups.create("kill", Resources.NONE);
        Process process = groups.run(group, "sleep 100 & sleep 100 & wait");
        while (group.processes().size() < 3) {
            Thread.sleep(5);
        }
        group.kill();
        TestGroups.ends(process);
        assertThat(process.exitValue()).isEqualTo(137);
        for (int i = 0; i < 400 && group.isPopulated(); i++) {
            Thread.sleep(5);
        }
        assertThat(group.isPopulated()).isFalse();
        group.remove();
        assertThat(groups.tree.open(group.path())).isEmpty();
        group.kill();
        assertThat(group.processes()).isEmpty();
        assertThat(group.oomKills()).isZero();
    }

    @Test
    void removeKillsWhatIsLeftAndGroupsBelow() throws Exception {
        Cgroup group = groups.create("remove", Resources.NONE);
        Process process = groups.run(group, "trap '' TERM; sleep 100; true");
        String own = hierarchies.unified().orElse(hierarchies.all().getFirst()).directory(group.path());
        Files.createDirectories(Path.of(own, "inner/most"));
        group.remove();
        TestGroups.ends(process);
        assertThat(Path.of(own)).doesNotExist();
        group.remove();
    }

    @Test
    void frozenProcessesStandAndGoOn() throws Exception {
        Cgroup group = groups.create("freeze", Resources.NONE);
        groups.run(group, "while :; do :; done");
        group.freeze();
        assertThat(group.isFrozen()).isTrue();
        long before = Objects.requireNonNull(group.stats().cpu()).usage();
        Thread.sleep(100);
        assertThat(Objects.requireNonNull(group.stats().cpu()).usage() - before).isLessThan(5_000_000);
        group.thaw();
        Thread.sleep(200);
        assertThat(group.isFrozen()).isFalse();
        assertThat(Objects.requireNonNull(group.stats().cpu()).usage() - before).isGreaterThan(10_000_000);
        group.freeze();
        group.remove();
    }

    @Test
    void aGroupIsFoundAgain() throws Exception {
        Cgroup group = groups.create("open", pids(20));
        Process process = groups.run(group, "sleep 100; true");
        try (CgroupTree other = new CgroupTree(hierarchies)) {
            assertThat(other.children(groups.parent())).containsExactly("open");
            Cgroup again = other.open(group.path()).orElseThrow();
            assertThat(again.joinFiles()).containsExactlyInAnyOrderElementsOf(group.joinFiles());
            assertThat(again.processes()).contains((int) process.pid());
            assertThat(Objects.requireNonNull(again.stats().pids()).limit()).isEqualTo(20);
            again.remove();
        }
        TestGroups.ends(process);
    }

    @Test
    void metersWhatIsUsed() {
        Cgroup group = groups.create("meter", memory(Memory.of(64 * MIB)));
        groups.output(group, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; cat /proc/self/stat > /dev/null");
        Stats stats = group.stats();
        Stats.Cpu cpu = Objects.requireNonNull(stats.cpu());
        assertThat(cpu.usage()).isPositive();
        assertThat(cpu.user() + cpu.system()).isPositive();
        Stats.Memory memory = Objects.requireNonNull(stats.memory());
        assertThat(memory.limit()).isEqualTo(64 * MIB);
        assertThat(memory.details()).isNotEmpty();
        assertThat(memory.oomKills()).isZero();
        assertThat(Objects.requireNonNull(stats.pids()).limit()).isEqualTo(Stats.UNLIMITED);
        assertThat(stats.blockIo()).isNotNull();
    }

    @Test
    void memoryBeyondTheLimitIsKilledAndCounted() throws Exception {
        Cgroup group = groups.create("oom", memory(new Memory(16 * MIB, null, null, null, null)));
        Process process = groups.run(group, "exec tail /dev/zero");
        TestGroups.ends(process);
        assertThat(process.exitValue()).isEqualTo(137);
        assertThat(group.oomKills()).isEqualTo(1);
    }

    @Test
    void tasksAreLimitedLater() throws Exception {
        Cgroup group = groups.create("later", Resources.NONE);
        Process process = groups.run(group, "sleep 100 & sleep 100; true");
        while (group.processes().size() < 3) {
            Thread.sleep(5);
        }
        assertThat(Objects.requireNonNull(group.stats().pids()).current()).isEqualTo(3);
        group.update(pids(10));
        assertThat(group.stats().pids()).isEqualTo(new Stats.Pids(3, 10));
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void tasksAreLimitedAndTheLimitChanges() {
        Cgroup group = groups.create("pids", pids(1));
        assertThat(groups.output(group, "sleep 0 2>&1; echo end")).containsIgnoringCase("fork");
        group.update(pids(-1));
        assertThat(groups.output(group, "sleep 0 2>&1; echo end")).isEqualTo("end");
    }

    @Test
    void aQuotaThrottles() throws Exception {
        Cgroup group = groups.create("quota", cpu(Cpu.quota(2000, 20_000)));
        groups.run(group, "while :; do :; done");
        Thread.sleep(400);
        Stats.Cpu cpu = Objects.requireNonNull(group.stats().cpu());
        assertThat(cpu.throttledPeriods()).isPositive();
        assertThat(cpu.throttled()).isPositive();
        assertThat(cpu.usage()).isLessThan(200_000_000);
    }

    @Test
    void limitsThatBoundEachOtherGrowAndShrink() {
        assumeTrue(hierarchies.home(Controller.MEMORY).isPresent(), "no memory controller");
        Cgroup group = groups.create("grow", memory(new Memory(32 * MIB, null, 64 * MIB, null, null)));
        group.update(memory(new Memory(128 * MIB, null, 256 * MIB, null, null)));
        assertThat(Objects.requireNonNull(group.stats().memory()).limit()).isEqualTo(128 * MIB);
        group.update(memory(new Memory(16 * MIB, null, 16 * MIB, null, null)));
        assertThat(Objects.requireNonNull(group.stats().memory()).limit()).isEqualTo(16 * MIB);
        group.update(cpu(new Cpu(2048L, 50_000L, 50_000L, 100_000L, null, null, null, null, null)));
        group.update(cpu(new Cpu(null, 5_000L, 1_000L, 10_000L, null, null, null, null, null)));
        group.update(cpu(Cpu.quota(-1, 100_000)));
    }

    @Test
    void aRefusedUpdateChangesNothing() {
        Cgroup group = groups.create("undo", pids(50));
        Resources refused = new Resources(
                Memory.of(64 * MIB),
                null,
                60L,
                new BlockIo(null, null, List.of(new DeviceValue(4000, 77, 1000)), null, null, null),
                null,
                null,
                null);
        assertThatThrownBy(() -> group.update(refused))
                .isInstanceOf(LimitException.class)
                .hasMessageContaining("4000:77")
                .hasMessageContaining("throttleReadBpsDevice");
        Stats stats = group.stats();
        assertThat(Objects.requireNonNull(stats.pids()).limit()).isEqualTo(50);
        assertThat(Objects.requireNonNull(stats.memory()).limit()).isEqualTo(Stats.UNLIMITED);
    }

    @Test
    void aRefusedCreationLeavesNothing() {
        Resources refused = new Resources(null, null, null, null, null, null, Map.of("memory.nonsense", "1"));
        assertThatThrownBy(() -> groups.tree.create(groups.parent(), "refused", refused))
                .isInstanceOf(LimitException.class)
                .hasMessageContaining("unified.memory.nonsense");
        assertThat(groups.tree.open(groups.parent() + "/refused")).isEmpty();
        assertThatThrownBy(() -> groups.tree.create("/ondol/..", "x", Resources.NONE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSameGroupIsNotMadeTwice() {
        groups.create("twice", Resources.NONE);
        assertThatThrownBy(() -> groups.tree.create(groups.parent(), "twice", Resources.NONE))
                .isInstanceOfSatisfying(
                        KernelException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
        assertThat(groups.tree.open(groups.parent() + "/twice")).isPresent();
    }

    @Test
    void processorsAreSetLater() {
        Cgroup group = groups.create("cpuset", Resources.NONE);
        Process process = groups.run(group, "sleep 100; true");
        if (hierarchies.home(Controller.CPUSET).isEmpty()) {
            assertThatThrownBy(() -> group.update(cpu(Cpu.cpus("0"))))
                    .isInstanceOf(LimitException.class)
                    .hasMessageContaining("cpuset");
            return;
        }
        group.update(cpu(Cpu.cpus("0")));
        assertThat(groups.output(group, "grep Cpus_allowed_list /proc/self/status"))
                .endsWith("\t0");
        assertThat(Path.of("/proc/" + process.pid() + "/status")).content().contains("Cpus_allowed_list:\t0\n");
        assertThatThrownBy(() -> group.update(cpu(Cpu.cpus("5000"))))
                .isInstanceOf(LimitException.class)
                .hasMessageContaining("cpu.cpus");
    }

    @Test
    void hugePagesAreLimitedWhereTheyAre() {
        List<HugepageLimit> limits = List.of(new HugepageLimit("2MB", 4 * MIB));
        Resources resources = new Resources(null, null, null, null, null, limits, null);
        if (hierarchies.home(Controller.HUGETLB).isEmpty()) {
            assertThatThrownBy(() -> groups.create("huge", resources))
                    .isInstanceOf(LimitException.class)
                    .hasMessageContaining("hugetlb");
            return;
        }
        Cgroup group = groups.create("huge", resources);
        String directory = Objects.requireNonNull(group.directory(Controller.HUGETLB));
        String file = group.v2(Controller.HUGETLB) ? "hugetlb.2MB.max" : "hugetlb.2MB.limit_in_bytes";
        assertThat(Path.of(directory, file)).content().isEqualTo("4194304\n");
    }

    @Test
    void blockDevicesAreLimited() throws Exception {
        List<Path> disks = Stream.of("vda", "sda", "nvme0n1", "loop0")
                .map(name -> Path.of("/sys/block", name, "dev"))
                .filter(Files::exists)
                .toList();
        assumeTrue(!disks.isEmpty(), "no disk of a name that this test knows");
        String[] numbers = Files.readString(disks.getFirst()).strip().split(":");
        List<DeviceValue> rate =
                List.of(new DeviceValue(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), 1 << 20));
        BlockIo io = new BlockIo(null, null, rate, rate, rate, rate);
        Cgroup group = groups.create("io", new Resources(null, null, null, io, null, null, null));
        String directory = Objects.requireNonNull(group.directory(Controller.BLKIO));
        String file = group.v2(Controller.BLKIO) ? "io.max" : "blkio.throttle.read_bps_device";
        assertThat(Path.of(directory, file)).content().contains("1048576");
    }

    @Test
    void filesOfV2() {
        Resources resources =
                new Resources(null, null, null, null, null, null, Map.of("memory.high", Long.toString(32 * MIB)));
        if (!hierarchies.inUnified(Controller.MEMORY)) {
            assertThatThrownBy(() -> groups.create("high", resources))
                    .isInstanceOf(LimitException.class)
                    .hasMessageContaining("v1 name");
            return;
        }
        Cgroup group = groups.create("high", resources);
        assertThat(Path.of(group.unifiedDirectory().orElseThrow().toString(), "memory.high"))
                .content()
                .isEqualTo("33554432\n");
    }
}
