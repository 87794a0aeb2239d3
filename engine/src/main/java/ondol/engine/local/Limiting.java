package ondol.engine.local;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import ondol.engine.EndpointSettings;
import ondol.engine.networks.LiveNetwork;
import ondol.engine.networks.TrafficHost;
import ondol.engine.networks.TrafficOptions;

/** What a container may reach, and how fast, from its start to its end. */
final class Limiting {
    private final NetworkTable networks;
    private final TrafficHost host;

    Limiting(NetworkTable networks) {
        this.networks = networks;
        this.host = networks.host().traffic();
    }

    /** The wall stands before the container's process runs; its stage is the caller's. */
    void open(Container container, Undo undo) {
        undo.add(() -> close(container.record()));
        wall(container.record());
    }

    private void wall(ContainerRecord record) {
        TrafficOptions options = TrafficOptions.of(record.host());
        List<InetAddress> addresses = new ArrayList<>();
        Set<String> bridges = new HashSet<>();
        each(record, (network, place) -> {
            addresses.addAll(LiveNetwork.addresses(place));
            bridges.add(network.bridge());
        });
        NetworkTable.translate(() -> {
            host.wall(record.id(), options, addresses, bridges);
            return true;
        });
    }

    private void each(ContainerRecord record, BiConsumer<LiveNetwork, EndpointSettings> action) {
        record.endpoints()
                .forEach((name, place) -> networks.find(name)
                        .filter(LiveNetwork::bridged)
                        .ifPresent(network -> action.accept(network, place)));
    }

    /** The container's links are there. */
    void plugged(ContainerRecord record) {
        TrafficOptions options = TrafficOptions.of(record.host());
        each(record, (network, place) -> {
            String endpoint = place.endpointId();
            if (endpoint != null) {
                host.limit(Endpoints.linkName(endpoint), endpoint, options.rate(), network);
            }
        });
    }

    /** The limits of a container that runs are others now, or its networks are. */
    void changed(ContainerRecord record) {
        wall(record);
        plugged(record);
    }

    /** A container has left a network. */
    void left(EndpointSettings place) {
        if (place.endpointId() != null) {
            host.gone(place.endpointId());
        }
    }

    /** A container has ended, or did not start. */
    void close(ContainerRecord record) {
        host.unwall(record.id());
        each(record, (network, place) -> left(place));
    }
}
