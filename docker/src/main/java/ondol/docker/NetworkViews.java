package ondol.docker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import ondol.docker.json.ContainerJson;
import ondol.docker.json.NetworkJson;
import ondol.engine.ContainerDetails;
import ondol.engine.EndpointSettings;
import ondol.engine.EndpointSettingsBuilder;
import ondol.engine.IpamPool;
import ondol.engine.Network;
import ondol.engine.Networks;
import org.jspecify.annotations.Nullable;

/** Networks, and the places of containers in them, as Docker's API shows them. */
final class NetworkViews {
    private NetworkViews() {}

    static NetworkJson.Network network(Network n, @Nullable Map<String, Networks.Member> members) {
        List<Map<String, Object>> pools = new ArrayList<>();
        for (IpamPool pool : n.pools()) {
            pools.add(pool(pool));
        }
        return new NetworkJson.Network(
                n.name(),
                n.id(),
                Times.rfc3339(n.created()),
                "local",
                n.driver(),
                n.enableIPv4(),
                n.enableIPv6(),
                new NetworkJson.Ipam("default", n.ipam().options(), pools),
                n.internal(),
                n.attachable(),
                false,
                new NetworkJson.ConfigFrom(n.configFrom()),
                n.configOnly(),
                members == null ? Map.of() : members(members),
                n.options(),
                n.labels());
    }

    private static Map<String, Object> pool(IpamPool pool) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("Subnet", text(pool.subnet()));
        if (pool.ipRange() != null) {
            shown.put("IPRange", pool.ipRange());
        }
        if (pool.gateway() != null) {
            shown.put("Gateway", pool.gateway());
        }
        if (pool.auxiliaryAddresses() != null) {
            shown.put("AuxiliaryAddresses", pool.auxiliaryAddresses());
        }
        return shown;
    }

    private static Map<String, NetworkJson.Member> members(Map<String, Networks.Member> members) {
        Map<String, NetworkJson.Member> shown = new TreeMap<>();
        members.forEach((id, member) -> shown.put(
                id,
                new NetworkJson.Member(
                        member.name(),
                        member.endpointId(),
                        member.macAddress(),
                        member.ipv4Address(),
                        member.ipv6Address())));
        return shown;
    }

    /** Where a container is in its networks; of its place in the default network most is said twice. */
    static ContainerJson.NetworkSettings settings(ContainerDetails c) {
        boolean running = c.state().pid() > 0;
        Map<String, EndpointSettings> networks = networks(c);
        EndpointSettings bridge = networks.getOrDefault(
                "bridge", filled(EndpointSettingsBuilder.builder().build()));
        return new ContainerJson.NetworkSettings(
                "",
                running ? c.id() : "",
                running ? "/proc/" + c.state().pid() + "/ns/net" : "",
                c.ports(),
                false,
                text(bridge.endpointId()),
                text(bridge.gateway()),
                text(bridge.ipAddress()),
                Objects.requireNonNullElse(bridge.ipPrefixLen(), 0),
                text(bridge.ipv6Gateway()),
                text(bridge.globalIpv6Address()),
                Objects.requireNonNullElse(bridge.globalIpv6PrefixLen(), 0),
                text(bridge.macAddress()),
                networks);
    }

    static Map<String, EndpointSettings> networks(ContainerDetails c) {
        Map<String, EndpointSettings> networks = new TreeMap<>();
        c.networks().forEach((name, place) -> networks.put(name, filled(place)));
        return networks;
    }

    /** What is not there has the value that says so. */
    private static EndpointSettings filled(EndpointSettings e) {
        return EndpointSettingsBuilder.builder(e)
                .macAddress(text(e.macAddress()))
                .gwPriority(Objects.requireNonNullElse(e.gwPriority(), 0))
                .networkId(text(e.networkId()))
                .endpointId(text(e.endpointId()))
                .gateway(text(e.gateway()))
                .ipAddress(text(e.ipAddress()))
                .ipPrefixLen(Objects.requireNonNullElse(e.ipPrefixLen(), 0))
                .ipv6Gateway(text(e.ipv6Gateway()))
                .globalIpv6Address(text(e.globalIpv6Address()))
                .globalIpv6PrefixLen(Objects.requireNonNullElse(e.globalIpv6PrefixLen(), 0))
                .build();
    }

    private static String text(@Nullable String text) {
        return text == null ? "" : text;
    }
}
