package ondol.engine.local;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import ondol.engine.EngineException;
import ondol.engine.HostConfigBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An engine that somebody started under a realtime policy, which containers would inherit, as Docker's do. */
@Timeout(60)
class RealtimeTest {
    @TempDir
    Path folder;

    @Test
    void aGroupWithoutTimeForItSaysSo() throws Exception {
        assumeTrue(
                Files.exists(Path.of("/sys/fs/cgroup/cpu/cpu.rt_runtime_us")),
                "needs the v1 controller cpu with CONFIG_RT_GROUP_SCHED");
        try (Rooms rooms = new Rooms(folder)) {
            Stream<ProcessHandle> keepers = ProcessHandle.current()
                    .children()
                    .filter(child -> child.info().command().orElse("").startsWith(folder.toString()))
                    .flatMap(keeper -> Stream.concat(Stream.of(keeper), keeper.children()));
            keepers.forEach(RealtimeTest::realtime);
            String id = rooms.create(
                    Rooms.shell("true").build(),
                    HostConfigBuilder.builder().networkMode("none").build());
            assertThatThrownBy(() -> rooms.engine.containers().start(id))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("the engine runs under a realtime policy")
                    .hasMessageContaining("start the engine under the ordinary policy");
        }
    }

    private static void realtime(ProcessHandle process) {
        try {
            Process chrt = new ProcessBuilder("chrt", "--rr", "-p", "1", String.valueOf(process.pid())).start();
            assumeTrue(chrt.waitFor() == 0, "this process may not run under a realtime policy");
        } catch (IOException e) {
            assumeTrue(false, "needs chrt (package util-linux)");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
