package ondol.network.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import ondol.linux.netlink.Prefix;
import ondol.network.egress.EgressPolicy.ToName;
import ondol.network.egress.EgressPolicy.ToNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressPolicyTest {
    private static EgressPolicy read(String... words) {
        return EgressPolicy.parse(List.of(words)).orElseThrow();
    }

    private static ToNetwork to(String network, int first, int last) {
        return new ToNetwork(Prefix.parse(network), first, last);
    }

    @Test
    void readsWhatPeopleWrite() {
        assertThat(EgressPolicy.parse(List.of())).isEmpty();
        assertThat(EgressPolicy.parse(List.of("any"))).isEmpty();
        assertThat(read("deny")).isEqualTo(new EgressPolicy(List.of(), List.of()));
        assertThat(read("allow=10.0.0.0/8,192.0.2.1:443,192.0.2.0/24:8000-8100", "allow=fd00::/8"))
                .isEqualTo(new EgressPolicy(
                        List.of(
                                to("10.0.0.0/8", 0, 0),
                                to("192.0.2.1/32", 443, 443),
                                to("192.0.2.0/24", 8000, 8100),
                                to("fd00::/8", 0, 0)),
                        List.of()));
        assertThat(read("allow=2001:db8::1,[2001:db8::2]:443,[2001:db8::]/32:22")
                        .networks())
                .containsExactly(
                        to("2001:db8::1/128", 0, 0), to("2001:db8::2/128", 443, 443), to("2001:db8::/32", 22, 22));
        assertThat(read("deny", "allow=Example.org:443, *.example.net,db.").names())
                .containsExactly(new ToName("example.org", 443), new ToName("*.example.net", 0), new ToName("db", 0));
    }

    @Test
    void aStarStandsForNamesBelow() {
        EgressPolicy policy = read("allow=*.example.net,example.org");
        assertThat(policy.allows("a.b.example.net")).isTrue();
        assertThat(policy.allows("example.net")).isFalse();
        assertThat(policy.allows("badexample.net")).isFalse();
        assertThat(policy.allows("example.org")).isTrue();
        assertThat(policy.allows("a.example.org")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "forbid",
                "allow",
                "allow=",
                "allow=,",
                "allow=10.0.0.0/33",
                "allow=10.0.0.1:0",
                "allow=10.0.0.1:65536",
                "allow=10.0.0.1:90-80",
                "allow=300.0.0.1",
                "allow=a b",
                "allow=-x.example",
                "allow=a..b",
                "allow=*",
                "allow=a.*.b",
                "allow=example.org:80-90",
                "allow=example.org:",
                "allow=[fd00::1",
                "allow=fd00:::1",
                "allow=http://example.org",
                "allow=10.0.0.0/8/8"
            })
    void saysWhatMakesNoSense(String word) {
        assertThatThrownBy(() -> EgressPolicy.parse(List.of(word)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("invalid egress rule \"");
    }
}
