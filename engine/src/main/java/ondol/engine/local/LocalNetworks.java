package ondol.engine.local;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.Network;
import ondol.engine.NetworkConfig;
import ondol.engine.Networks;
import ondol.engine.networks.LiveNetwork;
import org.jspecify.annotations.Nullable;

/** The verbs of networks. */
final class LocalNetworks implements Networks {
    private final House house;

    LocalNetworks(House house) {
        this.house = house;
    }

    @Override
    public Created create(NetworkConfig config) {
        LiveNetwork made = house.networks().create(config);
        List<String> warnings = made.options().unknown().stream()
                .map(key -> "option %s is not known to the driver %s, and is not looked at"
                        .formatted(key, made.network().driver()))
                .toList();
        return new Created(made.id(), warnings);
    }

    @Override
    public List<Network> list() {
        return house.networks().all().stream().map(LiveNetwork::network).toList();
    }

    @Override
    public Network inspect(String network) {
        return house.networks().get(network).network();
    }

    @Override
    public Map<String, Member> members(String reference) {
        LiveNetwork network = house.networks().get(reference);
        Map<String, Member> members = new TreeMap<>();
        network.users()
                .forEach((id, endpoint) -> house.registry().find(id).ifPresent(container -> {
                    EndpointSettings place = container.record().endpoints().get(network.name());
                    if (place != null) {
                        members.put(
                                id,
                                new Member(
                                        container.record().name(),
                                        endpoint,
                                        Objects.requireNonNullElse(place.macAddress(), ""),
                                        withLength(place.ipAddress(), place.ipPrefixLen()),
                                        withLength(place.globalIpv6Address(), place.globalIpv6PrefixLen())));
                    }
                }));
        return members;
    }

    private static String withLength(@Nullable String address, @Nullable Integer length) {
        return address == null || address.isEmpty() ? "" : address + "/" + length;
    }

    @Override
    public void remove(String network) {
        house.networks().remove(house.networks().get(network));
    }

    @Override
    public void connect(String network, String container, EndpointSettings settings) {
        throw new EngineException(EngineException.Kind.UNSUPPORTED, "containers cannot be connected later yet");
    }

    @Override
    public void disconnect(String network, String container, boolean force) {
        throw new EngineException(EngineException.Kind.UNSUPPORTED, "containers cannot be disconnected yet");
    }
}
