package ondol.engine.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ondol.engine.ConfigFrom;
import ondol.engine.EndpointAddresses;
import ondol.engine.EndpointSettings;
import ondol.engine.EndpointSettingsBuilder;
import ondol.engine.Ipam;
import ondol.engine.IpamPool;
import ondol.engine.Network;
import ondol.engine.NetworkConfig;
import ondol.engine.NetworkConfigBuilder;
import ondol.network.Subnet;
import ondol.network.SubnetChoice;
import org.junit.jupiter.api.Test;

class NetworkMakerTest {
    private static final String ID = "0123456789abcdef".repeat(4);

    private final NetworkMaker maker = new NetworkMaker(new SubnetChoice(ID, true));
    private final List<Network> others = new ArrayList<>();
    private final List<Subnet> reachable = new ArrayList<>();

    private static NetworkConfigBuilder named(String name) {
        return NetworkConfigBuilder.builder().name(name);
    }

    private static NetworkConfig with(IpamPool... pools) {
        return named("n").ipam(new Ipam(null, null, List.of(pools))).build();
    }

    private Network make(NetworkConfig config) {
        Network made = maker.make(ID, config, others, reachable);
        others.add(made);
        return made;
    }

    private void refused(String words, NetworkConfig config) {
        String message = String.valueOf(
                assertThrows(RuntimeException.class, () -> make(config)).getMessage());
        assertTrue(message.contains(words), message);
    }

    @Test
    void routesAreLookedAtBeforeANetworkIsMade() {
        IpamPool pool = new IpamPool("10.5.0.0/16", null, null, null);
        for (String[] wrong : new String[][] {
            {"10.8.0.0/16", "has no gateway"},
            {"10.8.0.0/16=10.6.0.1", "is in no subnet of the network"},
            {"fd00::/64=10.5.0.7", "is in no subnet of the network"},
            {"0.0.0.0/0=10.5.0.7", "is the default one"},
            {"10.8.0.0=10.5.0.7", "invalid subnet"},
            {"10.8.0.0/16=there", "not an IP address"},
        }) {
            refused(
                    wrong[1],
                    NetworkConfigBuilder.builder(with(pool))
                            .options(Map.of(StaticRoutes.KEY, wrong[0]))
                            .build());
        }
        NetworkConfig right = NetworkConfigBuilder.builder(with(pool))
                .options(Map.of(StaticRoutes.KEY, "10.8.0.0/16=10.5.0.7; 10.9.0.0/16=10.5.0.8"))
                .build();
        assertEquals(
                2,
                StaticRoutes.of(make(right).options(), List.of(Subnet.parse("10.5.0.0/16")))
                        .size());
    }

    @Test
    void whatNobodySaidIsChosen() {
        Network made = make(named("a").build());
        assertEquals("bridge", made.driver());
        assertEquals(List.of(new IpamPool("172.17.0.0/16", null, "172.17.0.1", null)), made.pools());
        assertEquals(
                "172.18.0.0/16", make(named("b").build()).pools().getFirst().subnet());
        assertTrue(made.enableIPv4());
        assertFalse(made.enableIPv6());
    }

    @Test
    void bothFamilies() {
        Network made = make(named("six").enableIPv6(true).build());
        assertEquals(2, made.pools().size());
        assertTrue(String.valueOf(made.pools().getLast().subnet()).startsWith("fd01:2345:6789:"), made.toString());
        Network alone = make(named("alone").enableIPv4(false).enableIPv6(true).build());
        assertEquals(1, alone.pools().size());
        refused("IPv4 or IPv6 must be enabled", named("none4").enableIPv4(false).build());
    }

    @Test
    void subnetsThatMakeNoSense() {
        refused("it should be 10.0.0.0/24", with(new IpamPool("10.0.0.1/24", null, null, null)));
        refused("invalid subnet \"x\"", with(new IpamPool("x", null, null, null)));
        refused("gateway 10.0.1.1 is not in subnet", with(new IpamPool("10.0.0.0/24", null, "10.0.1.1", null)));
        refused("ip-range", with(new IpamPool("10.0.0.0/24", "10.1.0.0/24", null, null)));
        refused("which the network does not have", with(new IpamPool("fd00::/64", null, null, null)));
        refused(
                "of one network overlap",
                with(new IpamPool("10.0.0.0/24", null, null, null), new IpamPool("10.0.0.0/25", null, null, null)));
        make(with(new IpamPool("10.9.0.0/24", null, null, null)));
        refused("overlaps with 10.9.0.0/24 of network n", with(new IpamPool("10.9.0.0/16", null, null, null)));
        reachable.add(Subnet.parse("192.0.2.0/24"));
        refused("which this machine reaches already", with(new IpamPool("192.0.2.0/28", null, null, null)));
        assertTrue(maker.make(
                        ID,
                        NetworkConfigBuilder.builder(with(new IpamPool("192.0.2.0/28", null, null, null)))
                                .driver("macvlan")
                                .build(),
                        others,
                        reachable)
                .driver()
                .equals("macvlan"));
    }

    @Test
    void namesAndDrivers() {
        refused(
                "operation is not permitted on predefined bridge network",
                named("bridge").build());
        refused("network name is required", named("").build());
        refused("invalid network name \"--help\"", named("--help").build());
        refused("could not find plugin overlay", named("o").driver("overlay").build());
        refused("only one instance", named("h").driver("host").build());
        refused(
                "unknown macvlan mode x",
                named("m")
                        .driver("macvlan")
                        .options(Map.of("macvlan_mode", "x"))
                        .build());
        refused(
                "is not true or false",
                named("i").options(Map.of(NetworkOptions.ICC, "perhaps")).build());
        refused(
                "the MTU 10 is not",
                named("t").options(Map.of(NetworkOptions.MTU, "10")).build());
    }

    @Test
    void aConfigurationForOthers() {
        make(named("conf")
                .configOnly(true)
                .internal(true)
                .labels(Map.of("a", "b"))
                .build());
        Network made = make(named("net").configFrom(new ConfigFrom("conf")).build());
        assertTrue(made.internal());
        assertEquals(Map.of("a", "b"), made.labels());
        assertEquals(1, made.pools().size());
        refused(
                "is no configuration network",
                named("x").configFrom(new ConfigFrom("net")).build());
    }

    @Test
    void tcpHandsOverMoreWhereNothingLeavesOrWhereItIsSaid() {
        NetworkConfig said =
                named("a").options(Map.of(NetworkOptions.BIG_TCP, "true")).build();
        NetworkConfig denied = named("b")
                .internal(true)
                .options(Map.of(NetworkOptions.BIG_TCP, "false"))
                .build();
        assertEquals(0, new LiveNetwork(make(named("c").build()), "br-x", false).gso());
        assertEquals(196_608, new LiveNetwork(make(named("d").build()), "br-x", true).gso());
        assertEquals(196_608, new LiveNetwork(make(named("e").internal(true).build()), "br-x", false).gso());
        assertEquals(196_608, new LiveNetwork(make(said), "br-x", false).gso());
        assertEquals(0, new LiveNetwork(make(denied), "br-x", true).gso());
        refused(
                "option ondol.big-tcp is not true or false: \"much\"",
                named("f").options(Map.of(NetworkOptions.BIG_TCP, "much")).build());
    }

    @Test
    void placesAreGivenAndTakenBack() {
        LiveNetwork network = new LiveNetwork(make(named("a").enableIPv6(true).build()), "br-x", false);
        EndpointSettings place = network.join(EndpointSettingsBuilder.builder().build(), "e1", _ -> false);
        assertEquals("172.17.0.2", place.ipAddress());
        assertEquals("02:42:ac:11:00:02", place.macAddress());
        assertEquals("172.17.0.1", place.gateway());
        assertEquals(64, place.globalIpv6PrefixLen());
        assertTrue(network.holds(place));
        EndpointSettings fixed = EndpointSettingsBuilder.builder()
                .ipamConfig(new EndpointAddresses("172.17.0.9", null, null))
                .build();
        network.join(fixed, "e2", _ -> false);
        assertThrows(RuntimeException.class, () -> network.join(fixed, "e3", _ -> false));
        network.release(place);
        assertFalse(network.holds(place));
        network.restore(place);
        assertTrue(network.holds(place));
    }
}
