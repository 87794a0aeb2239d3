package ondol.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CapabilitiesTest {
    @Test
    void readsNamesInAnyFormAndNumbers() {
        assertThat(List.of("CAP_SYS_ADMIN", "sys_admin", "cap_Sys_Admin", "21"))
                .allSatisfy(text -> assertThat(Capability.parse(text)).isEqualTo(Capability.SYS_ADMIN));
        assertThat(Capability.CHECKPOINT_RESTORE.number()).isEqualTo(40);
        assertThatThrownBy(() -> Capability.parse("SYS_WIZARD"))
                .hasMessage("unknown capability \"SYS_WIZARD\": write a name such as NET_ADMIN or CAP_NET_ADMIN,"
                        + " or a number from 0 to 40");
    }

    @Test
    void masksGoBothWays() {
        // what /proc/self/status shows in a container of Docker's
        assertThat(Capabilities.mask(Capabilities.DEFAULT)).isEqualTo(0xa80425fbL);
        assertThat(Capabilities.ofMask(0xa80425fbL)).isEqualTo(Capabilities.DEFAULT);
        assertThat(Capabilities.ofMask(-1)).hasSize(41);
    }

    @Test
    void choosesAsDockerDoes() {
        assertThat(Capabilities.choose(List.of(), List.of())).isEqualTo(Capabilities.DEFAULT);
        assertThat(Capabilities.choose(List.of("NET_ADMIN"), List.of("all"))).containsExactly(Capability.NET_ADMIN);
        assertThat(Capabilities.choose(List.of("ALL"), List.of("NET_ADMIN")))
                .contains(Capability.SYS_ADMIN)
                .doesNotContain(Capability.NET_ADMIN);
        assertThat(Capabilities.choose(List.of("KILL", "SYS_TIME"), List.of("KILL", "CHOWN")))
                .contains(Capability.KILL, Capability.SYS_TIME)
                .doesNotContain(Capability.CHOWN);
    }

    @Test
    void kernelTakesTheDataOfCapset() throws Exception {
        Set<Capability> before = Capabilities.current().permitted();
        Set<Capability> wanted = EnumSet.noneOf(Capability.class);
        wanted.addAll(before);
        wanted.retainAll(EnumSet.of(Capability.KILL, Capability.BPF));
        Thread.ofPlatform()
                .start(() -> {
                    try (Arena arena = Arena.ofConfined()) {
                        long mask = Capabilities.mask(wanted);
                        MemorySegment header = arena.allocateFrom(ValueLayout.JAVA_BYTE, Capabilities.capsetHeader());
                        MemorySegment data =
                                arena.allocateFrom(ValueLayout.JAVA_BYTE, Capabilities.capsetData(mask, mask, 0));
                        Kernel.call(Call.CAPSET, wanted.toString(), header.address(), data.address());
                    }
                    seen = Capabilities.current();
                })
                .join();
        assertThat(seen.effective()).isEqualTo(wanted);
        assertThat(seen.permitted()).isEqualTo(wanted);
        assertThat(Capabilities.current().permitted()).isEqualTo(before);
        assertThat(Capabilities.last()).isGreaterThanOrEqualTo(37);
    }

    private Capabilities.Sets seen = Capabilities.current();
}
