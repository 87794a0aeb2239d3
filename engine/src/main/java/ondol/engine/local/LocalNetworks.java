package ondol.engine.local;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import ondol.engine.EndpointSettings;
import ondol.engine.Network;
import ondol.engine.NetworkConfig;
import ondol.engine.Networks;
import ondol.engine.PortBinding;
import ondol.engine.networks.LiveNetwork;
import org.jspecify.annotations.Nullable;

/** The verbs of networks. */
final class LocalNetworks implements Networks {
    private final House house;
    private final Connecting connecting;

    LocalNetworks(House house) {
        this.house = house;
        this.connecting = new Connecting(house);
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
        connecting.connect(house.networks().get(network), house.registry().get(container), settings);
    }

    @Override
    public void publish(String reference, String port, PortBinding binding) {
        Container container = house.registry().get(reference);
        container.enterPresent();
        try {
            house.publishing().add(container, port, binding);
        } finally {
            container.leave();
        }
    }

    @Override
    public void withdraw(String reference, String port, PortBinding binding) {
        Container container = house.registry().get(reference);
        container.enterPresent();
        try {
            house.publishing().remove(container, port, binding);
        } finally {
            container.leave();
        }
    }

    @Override
    public void update(String network, Map<String, String> options) {
        LiveNetwork changed = house.networks().get(network);
        house.networks().update(changed, options);
        for (String id : changed.users().keySet()) {
            house.registry().find(id).ifPresent(this::follow);
        }
    }

    /** A container that runs in a network that has other limits now. */
    private void follow(Container container) {
        container.enter();
        try {
            if (container.running()) {
                house.limiting().changed(container.record());
            }
        } finally {
            container.leave();
        }
    }

    @Override
    public void disconnect(String network, String container, boolean force) {
        LiveNetwork from = house.networks().get(network);
        connecting.disconnect(from, house.registry().get(container));
    }
}
