package ondol.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SubnetTest {
    private static final String ENGINE = "0123456789abcdef";

    @Test
    void theLowestAddressNamesIt() {
        assertThat(Subnet.parse("10.1.2.3/24")).hasToString("10.1.2.0/24");
        assertThat(Subnet.parse("10.1.2.3/0")).hasToString("0.0.0.0/0");
        assertThat(Subnet.parse("fd00::ffff:1/112")).hasToString("fd00::ffff:0/112");
        assertThatThrownBy(() -> Subnet.parse("10.1.2.3")).hasMessageContaining("write one such as 172.28.0.0/16");
        assertThatThrownBy(() -> Subnet.parse("10.1.2.3/33")).hasMessageContaining("invalid subnet");
    }

    @Test
    void whatIsInside() {
        Subnet subnet = Subnet.parse("172.16.0.0/12");
        assertThat(subnet.contains(InetAddress.ofLiteral("172.31.255.255"))).isTrue();
        assertThat(subnet.contains(InetAddress.ofLiteral("172.32.0.0"))).isFalse();
        assertThat(subnet.contains(InetAddress.ofLiteral("::1"))).isFalse();
        assertThat(subnet.overlaps(Subnet.parse("172.20.0.0/16"))).isTrue();
        assertThat(Subnet.parse("172.20.0.0/16").overlaps(subnet)).isTrue();
        assertThat(Subnet.parse("172.20.0.0/16").covers(subnet)).isFalse();
        assertThat(subnet.overlaps(Subnet.parse("10.0.0.0/8"))).isFalse();
        assertThat(Addresses.text(subnet.highest())).isEqualTo("172.31.255.255");
    }

    @Test
    void addressesAsText() {
        assertThat(Addresses.text(InetAddress.ofLiteral("fd00:0:0:1:0:0:0:1"))).isEqualTo("fd00:0:0:1::1");
        assertThat(Addresses.text(InetAddress.ofLiteral("::"))).isEqualTo("::");
        assertThat(Addresses.text(InetAddress.ofLiteral("1::"))).isEqualTo("1::");
        assertThat(Addresses.text(InetAddress.ofLiteral("1:0:2:3:4:5:6:7"))).isEqualTo("1:0:2:3:4:5:6:7");
        assertThat(Addresses.mac(InetAddress.ofLiteral("172.17.0.2"))).isEqualTo("02:42:ac:11:00:02");
        assertThat(Addresses.checkMac("92-D0-C6-0A-29-33")).isEqualTo("92:d0:c6:0a:29:33");
        assertThatThrownBy(() -> Addresses.checkMac("01:00:5e:00:00:01")).hasMessageContaining("invalid MAC address");
    }

    @Test
    void choicesAreDockersAndDoNotOverlap() {
        SubnetChoice choice = new SubnetChoice(ENGINE, true);
        List<Subnet> taken = new ArrayList<>();
        taken.add(Subnet.parse("172.18.5.0/24")); // such as a route of the machine
        for (int i = 0; i < 30; i++) {
            Subnet chosen = choice.ipv4(taken);
            assertThat(taken).noneMatch(chosen::overlaps);
            taken.add(chosen);
        }
        assertThat(taken.get(1)).hasToString("172.17.0.0/16");
        assertThat(taken.get(2)).hasToString("172.19.0.0/16");
        assertThat(taken.getLast()).hasToString("192.168.240.0/20");
        assertThatThrownBy(() -> choice.ipv4(taken)).hasMessageContaining("all predefined address pools");
    }

    @Test
    void otherEnginesBeginElsewhere() {
        assertThat(new SubnetChoice(ENGINE, false).ipv4(List.of())).isNotEqualTo(Subnet.parse("172.17.0.0/16"));
        Subnet six = new SubnetChoice(ENGINE, false).ipv6(List.of());
        assertThat(six.length()).isEqualTo(64);
        assertThat(six).hasToString("fd01:2345:6789::/64");
        assertThat(new SubnetChoice(ENGINE, false).ipv6(List.of(six))).hasToString("fd01:2345:6789:1::/64");
    }
}
