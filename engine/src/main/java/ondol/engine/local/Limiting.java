package ondol.engine.local;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.networks.LiveNetwork;
import ondol.engine.networks.TrafficHost;
import ondol.engine.networks.TrafficOptions;
import ondol.engine.spec.NamespaceChoice;
import org.jspecify.annotations.Nullable;

/** What a container may reach, and how fast, from its start to its end. */
final class Limiting {
    private static final int GROUP = 9;

    private final NetworkTable networks;
    private final TrafficHost host;
    private final Function<String, @Nullable Long> totals;

    /** @param totals the bits a second of a tenant's containers together, each way; null for no limit */
    Limiting(NetworkTable networks, Function<String, @Nullable Long> totals) {
        this.networks = networks;
        this.totals = totals;
        this.host = networks.host().traffic();
    }

    /** The wall stands before the container's process runs; its stage is the caller's. */
    void open(Container container, Undo undo) {
        total(container.record()); // what cannot be held is not begun
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
        TrafficHost.Total total = total(record);
        each(record, (network, place) -> {
            String endpoint = place.endpointId();
            String mac = place.macAddress();
            if (endpoint != null && mac != null) {
                host.limit(Endpoints.linkName(endpoint), endpoint, mac, options.rate(), network, total);
            }
        });
    }

    /** What a container's tenant may receive, and send, by all of its containers. */
    private TrafficHost.@Nullable Total total(ContainerRecord record) {
        String tenant = record.tenant();
        Long bits = tenant == null ? null : totals.apply(tenant);
        if (tenant == null || bits == null) {
            return null;
        }
        for (String name : record.endpoints().keySet()) {
            boolean held = name.equals("none")
                    || networks.find(name).map(LiveNetwork::bridged).orElse(true);
            if (!held || NamespaceChoice.chroot(record.host())) {
                throw new EngineException(
                        EngineException.Kind.UNSUPPORTED,
                        "tenant %s has a --net-rate, which cannot be held in network %s of container %s: use a bridge network"
                                .formatted(tenant, name, record.name()));
            }
        }
        return total(tenant, bits);
    }

    private static TrafficHost.Total total(String tenant, long bits) {
        String digits = UUID.nameUUIDFromBytes(tenant.getBytes(StandardCharsets.UTF_8))
                .toString()
                .replace("-", "");
        return new TrafficHost.Total(digits.substring(0, GROUP), bits);
    }

    /** Refuses a tenant's total that this kernel cannot hold. */
    void check(String tenant, long bits) {
        host.check(total(tenant, bits));
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
