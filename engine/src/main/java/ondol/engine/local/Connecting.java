package ondol.engine.local;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.networks.LiveNetwork;
import ondol.engine.spec.NamespaceChoice;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.network.Plug;
import ondol.network.Wiring;

/** Containers that are connected to networks, and disconnected, while they run or not. */
final class Connecting {
    private final House house;

    Connecting(House house) {
        this.house = house;
    }

    void connect(LiveNetwork network, Container container, EndpointSettings asked) {
        container.enterPresent();
        try {
            ContainerRecord record = container.record();
            refuse(network, record);
            EndpointSettings place = house.endpoints().place(network, asked);
            Map<String, EndpointSettings> places = new LinkedHashMap<>(record.endpoints());
            places.put(network.name(), place);
            try (Undo undo = new Undo()) {
                undo.add(() -> network.release(place));
                if (container.running()) {
                    plug(network, container, place, places, undo);
                }
                container.save(r -> r.change().endpoints(places).build());
                undo.commit();
            }
            house.meter().joined(container.id());
            after(container);
        } finally {
            container.leave();
        }
        house.networks().publish(network, "connect", Map.of("container", container.id()));
    }

    private static void refuse(LiveNetwork network, ContainerRecord record) {
        if (NamespaceChoice.container(record.host().networkMode()) != null
                || record.endpoints().containsKey("host")
                || network.name().equals("host")) {
            throw EngineException.conflict(
                    "container sharing network namespace with another container or host cannot be connected to any other network");
        }
        if (record.endpoints().containsKey("none") || network.name().equals("none")) {
            throw EngineException.conflict(
                    "container cannot be connected to multiple networks with one of the networks in private (none) mode");
        }
        if (record.endpoints().containsKey(network.name())) {
            throw new EngineException(
                    EngineException.Kind.DENIED,
                    "endpoint with name %s already exists in network %s".formatted(record.name(), network.name()));
        }
    }

    private void plug(
            LiveNetwork network,
            Container container,
            EndpointSettings place,
            Map<String, EndpointSettings> places,
            Undo undo) {
        String endpoint = Objects.requireNonNull(place.endpointId());
        int index = NetworkTable.translate(
                () -> network.enter(container.id(), endpoint, house.networks().host()));
        undo.add(() -> network.leave(container.id()));
        Wiring wiring = house.networks().wiring();
        Endpoints.Gateways gateways = Endpoints.Gateways.of(places);
        NetworkTable.translate(() -> {
            try (Descriptor namespace = namespace(container)) {
                String inside = LiveNetwork.linkName(place)
                        .orElseGet(() -> wiring.freeName(network.prefix(), namespace.number()));
                Plug plug = Endpoints.plug(network, place, inside, gateways.without());
                wiring.plug(plug, house.endpoints().socket(network, index), namespace.number());
                undo.add(() -> wiring.unplug(plug, namespace.number()));
                wiring.routeBy(gateways.chosen(), namespace.number());
            }
            return true;
        });
    }

    private static Descriptor namespace(Container container) {
        return Files.open("/proc/" + container.record().pid() + "/ns/net", Files.O_RDONLY | Files.O_CLOEXEC);
    }

    void disconnect(LiveNetwork network, Container container) {
        container.enterPresent();
        try {
            ContainerRecord record = container.record();
            if (network.name().equals("host")) {
                throw EngineException.conflict(
                        "container cannot be disconnected from host network or connected to host network");
            }
            EndpointSettings place = record.endpoints().get(network.name());
            if (place == null) {
                throw new EngineException(
                        EngineException.Kind.DENIED,
                        "container %s is not connected to network %s".formatted(record.id(), network.name()));
            }
            Map<String, EndpointSettings> places = new LinkedHashMap<>(record.endpoints());
            places.remove(network.name());
            // the record goes first: what is plugged in without one is taken out by the next engine
            boolean through = record.published().isEmpty() ? false : publishesThrough(container, network);
            if (through) {
                house.publishing().close(container);
            }
            container.save(r -> r.change().endpoints(places).build());
            if (container.running()) {
                if (place.endpointId() != null) {
                    house.meter().leaves(container.id(), Endpoints.linkName(place.endpointId()));
                }
                unplug(network, container, place, places);
            }
            house.limiting().left(place);
            network.leave(container.id());
            network.release(place);
            if (through) {
                republish(container);
            }
            after(container);
        } finally {
            container.leave();
        }
        house.networks().publish(network, "disconnect", Map.of("container", container.id()));
    }

    private static boolean publishesThrough(Container container, LiveNetwork network) {
        return Endpoints.Gateways.of(container.record().endpoints())
                .best(EndpointSettings::gateway)
                .filter(network.name()::equals)
                .isPresent();
    }

    private void republish(Container container) {
        container.save(r -> r.change().published(List.of()).build());
        if (container.running()) {
            try (Undo undo = new Undo()) {
                house.publishing().open(container, undo);
                undo.commit();
            }
        }
    }

    private void unplug(
            LiveNetwork network, Container container, EndpointSettings place, Map<String, EndpointSettings> left) {
        Wiring wiring = house.networks().wiring();
        Endpoints.Gateways gateways = Endpoints.Gateways.of(left);
        NetworkTable.translate(() -> {
            try (Descriptor namespace = namespace(container)) {
                wiring.unplug(Endpoints.plug(network, place, "", gateways.without()), namespace.number());
                wiring.routeBy(gateways.chosen(), namespace.number());
            }
            return true;
        });
    }

    /** What follows from other networks: names, and the files that tell of addresses. */
    void after(Container container) {
        ContainerRecord record = container.record();
        try {
            ContainerFiles.rewrite(container.folder(), record, house.endpoints().facts(record));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.FAILED, "cannot write the container's files: " + e.getMessage(), e);
        }
        if (container.running()) {
            house.limiting().changed(record);
            house.naming().changed(record);
        }
    }
}
