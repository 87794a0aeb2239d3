package ondol.network.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetRateTest {
    @Test
    void readsWhatPeopleWrite() {
        assertThat(NetRate.parse(null, null, null, null)).isEqualTo(NetRate.NONE);
        assertThat(NetRate.parse("100mbit", null, "", null)).isEqualTo(new NetRate(100_000_000, 100_000_000, 0));
        assertThat(NetRate.parse("1Gbit", "2.5 Mbit", null, "64k"))
                .isEqualTo(new NetRate(2_500_000, 1_000_000_000, 65536));
        assertThat(NetRate.parse("1gbit", "0", "500kbit", "2000")).isEqualTo(new NetRate(0, 500_000, 2000));
        assertThat(NetRate.parse(null, "8000", null, "1m")).isEqualTo(new NetRate(8000, 0, 1 << 20));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fast",
                "100mbps",
                "-1mbit",
                "1e9",
                "100 m bit",
                "1kbit",
                "20tbit",
                "99999999999999999999mbit",
                "0x10"
            })
    void saysWhatMakesNoSense(String rate) {
        assertThatThrownBy(() -> NetRate.parse(rate, null, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("net-rate \"" + rate + "\"");
        assertThatThrownBy(() -> NetRate.parse("1mbit", null, null, "1000"))
                .hasMessage("net-burst \"1000\" is not from 1600 bytes, one packet, to 1g");
    }
}
