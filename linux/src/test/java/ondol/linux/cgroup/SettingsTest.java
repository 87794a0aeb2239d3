package ondol.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import ondol.linux.cgroup.Resources.BlockIo;
import ondol.linux.cgroup.Resources.Cpu;
import ondol.linux.cgroup.Resources.DeviceValue;
import ondol.linux.cgroup.Resources.HugepageLimit;
import ondol.linux.cgroup.Resources.Memory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The translation of limits into writes, without a kernel. */
class SettingsTest {
    /** A group with these files. */
    private record Files(boolean v2, Map<String, String> files) implements GroupView {
        @Override
        public boolean v2(Controller controller) {
            return v2;
        }

        @Override
        public boolean has(Controller controller, String file) {
            return files.containsKey(file);
        }

        @Override
        public @Nullable String read(Controller controller, String file) {
            return files.get(file);
        }
    }

    private static final Files V1 = new Files(false, Map.of("blkio.weight", "500"));
    private static final Files V2 =
            new Files(true, Map.of("io.weight", "default 100", "cpu.max", "20000 50000", "memory.swap.max", "max"));

    private static List<String> writes(Resources resources, GroupView group) {
        ResourceChecks.check(resources);
        return Settings.of(resources, group).stream()
                .map(setting -> setting.file() + "=" + setting.value())
                .toList();
    }

    private static Resources memory(Memory memory) {
        return new Resources(memory, null, null, null, null, null, null);
    }

    private static Resources cpu(Cpu cpu) {
        return new Resources(null, cpu, null, null, null, null, null);
    }

    @ParameterizedTest
    @CsvSource({"2,1", "1024,100", "512,59", "2048,174", "262144,10000"})
    void weightsFollowTheCurveOfTheRuntimes(long shares, long weight) {
        assertThat(V2Units.weightOfShares(shares)).isEqualTo(weight);
    }

    @ParameterizedTest
    @CsvSource({"10,1", "500,4950", "1000,10000"})
    void ioWeightsAreStretched(long blkio, long weight) {
        assertThat(V2Units.ioWeight(blkio)).isEqualTo(weight);
    }

    @Test
    void swapIsCountedAlone() {
        Memory memory = new Memory(100L << 20, 50L << 20, 150L << 20, null, null);
        assertThat(writes(memory(memory), V2))
                .containsExactly("memory.max=104857600", "memory.swap.max=52428800", "memory.low=52428800");
        assertThat(writes(memory(memory), V1))
                .containsExactly(
                        "memory.limit_in_bytes=104857600",
                        "memory.memsw.limit_in_bytes=157286400",
                        "memory.soft_limit_in_bytes=52428800");
        assertThat(writes(memory(new Memory(-1L, null, -1L, null, null)), V2))
                .containsExactly("memory.max=max", "memory.swap.max=max");
    }

    @Test
    void aPeriodAloneLeavesTheQuota() {
        assertThat(writes(cpu(new Cpu(null, null, null, 100_000L, null, null, null, null, null)), V2))
                .containsExactly("cpu.max=20000 100000");
        assertThat(writes(cpu(Cpu.quota(-1, 100_000)), V2)).containsExactly("cpu.max=max 100000");
        assertThat(writes(cpu(Cpu.quota(5000, 10_000)), V1))
                .containsExactly("cpu.cfs_period_us=10000", "cpu.cfs_quota_us=5000");
    }

    @Test
    void blockDevices() {
        List<DeviceValue> disk = List.of(new DeviceValue(8, 0, 1000));
        BlockIo io = new BlockIo(500, disk, disk, null, null, List.of(new DeviceValue(8, 0, 0)));
        Resources resources = new Resources(null, null, null, io, null, null, null);
        assertThat(writes(resources, V2))
                .containsExactly(
                        "io.weight=4950", "io.weight=8:0 10000", "io.max=8:0 rbps=1000", "io.max=8:0 wiops=max");
        assertThat(writes(resources, V1))
                .containsExactly(
                        "blkio.weight=500",
                        "blkio.weight_device=8:0 1000",
                        "blkio.throttle.read_bps_device=8:0 1000",
                        "blkio.throttle.write_iops_device=8:0 0");
    }

    @Test
    void pidsHugepagesAndFilesOfV2() {
        Resources resources = new Resources(
                null, null, -1L, null, null, List.of(new HugepageLimit("2MB", 4096)), Map.of("memory.high", "5\n"));
        assertThat(writes(resources, V2)).containsExactly("pids.max=max", "hugetlb.2MB.max=4096", "memory.high=5");
    }

    @Test
    void whatV2CannotHoldIsRefused() {
        assertThatThrownBy(() -> writes(memory(new Memory(null, null, null, 10L, null)), V2))
                .isInstanceOf(LimitException.class)
                .hasMessageContaining("memory.swappiness");
        assertThatThrownBy(() -> writes(memory(new Memory(null, null, null, null, true)), V2))
                .hasMessageContaining("disableOOMKiller");
        assertThatThrownBy(() -> writes(cpu(new Cpu(null, null, null, null, 1000L, null, null, null, null)), V2))
                .hasMessageContaining("realtime");
        assertThatThrownBy(() -> writes(memory(new Memory(null, null, 1L << 30, null, null)), V2))
                .hasMessageContaining("say memory.limit");
    }

    @Test
    void senselessValuesGetASentence() {
        assertThatThrownBy(() -> writes(memory(Memory.of(1)), V1))
                .hasMessage("memory.limit: 1 bytes is less than a process needs to start; say at least 524288");
        assertThatThrownBy(() -> writes(memory(Memory.of(-2)), V1)).hasMessageContaining("-2 is not a number of bytes");
        assertThatThrownBy(() -> writes(memory(new Memory(2L << 20, null, 1L << 20, null, null)), V1))
                .hasMessageContaining("memory.swap");
        assertThatThrownBy(() -> writes(cpu(Cpu.shares(1)), V1)).hasMessageContaining("say 2 to 262144");
        assertThatThrownBy(() -> writes(cpu(Cpu.quota(10, 10_000)), V1)).hasMessageContaining("cpu.quota");
        assertThatThrownBy(() -> writes(cpu(Cpu.cpus("0-\n")), V1)).hasMessageContaining("'0-?'");
        assertThatThrownBy(() -> writes(cpu(Cpu.cpus("3-1")), V1)).hasMessageContaining("3-1 ends before");
        assertThat(SettingsWriter.numbers("0-2,4")).hasToString("{0, 1, 2, 4}");
        assertThatThrownBy(() -> writes(new Resources(null, null, -5L, null, null, null, null), V1))
                .hasMessageContaining("pids.limit");
        assertThatThrownBy(() ->
                        writes(new Resources(null, null, null, null, null, null, Map.of("../memory.max", "1")), V2))
                .hasMessageContaining("not a file of a control group");
        assertThatThrownBy(() ->
                        writes(new Resources(null, null, null, null, null, null, Map.of("cgroup.procs", "1")), V2))
                .hasMessageContaining("the engine's");
        assertThatThrownBy(() -> writes(
                        new Resources(
                                null, null, null, null, List.of(new DeviceRule(true, 'x', 1L, 3L, "r")), null, null),
                        V2))
                .hasMessageContaining("type of device");
    }
}
