package ondol.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ondol.linux.Rlimits.Limit;
import ondol.linux.Rlimits.Resource;
import org.junit.jupiter.api.Test;

class RlimitsTest {
    @Test
    void readsAndSetsALimit() {
        Limit before = Rlimits.get(0, Resource.CORE);
        try {
            Rlimits.set(0, Resource.CORE, new Limit(0, before.hard()));
            assertThat(Rlimits.get(0, Resource.CORE)).isEqualTo(new Limit(0, before.hard()));
        } finally {
            Rlimits.set(0, Resource.CORE, before);
        }
    }

    @Test
    void knowsNames() {
        assertThat(Resource.parse("nofile")).isEqualTo(Resource.NOFILE);
        assertThat(Resource.parse("RLIMIT_RTTIME").number()).isEqualTo(15);
        assertThatThrownBy(() -> Resource.parse("patience"))
                .hasMessageStartingWith("unknown resource limit \"patience\": use one of cpu, fsize,");
        assertThatThrownBy(() -> Rlimits.set(0, Resource.NOFILE, new Limit(Rlimits.UNLIMITED, 64)))
                .hasMessage("prlimit64(0, RLIMIT_NOFILE, 18446744073709551615:64): invalid argument (EINVAL)");
    }
}
