package ondol.engine.local;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import ondol.engine.EndpointSettings;
import ondol.engine.networks.LiveNetwork;
import ondol.linux.Descriptor;
import ondol.linux.Files;
import ondol.linux.KernelException;
import ondol.linux.netlink.Link;
import ondol.linux.netlink.LinkStatistics;
import ondol.linux.netlink.Links;
import ondol.linux.netlink.NetlinkSocket;
import org.jspecify.annotations.Nullable;

/**
 * What the links of containers have carried, as the kernel counts it at the machine's end of each. The minder holds the
 * container's network namespace, so the links of one that has ended are there until it is let go. Links on one of the
 * machine's own (macvlan, ipvlan) have no end here: they are read from within, as long as the container runs.
 */
final class LinkCounts {
    private static final Set<String> ON_PARENT = Set.of("macvlan", "ipvlan");
    private static final String INSIDE = "inside";

    private final NetworkTable networks;
    private final Links links;

    /**
     * What a link has carried since it was made.
     *
     * @param received bytes that came to the container
     * @param sent bytes that came from it
     */
    record Carried(long received, long sent) {
        private static Carried of(LinkStatistics nearEnd) {
            return new Carried(nearEnd.txBytes(), nearEnd.rxBytes());
        }

        /** Counts do not sink. */
        Carried max(Carried other) {
            return new Carried(Math.max(received, other.received), Math.max(sent, other.sent));
        }

        List<Long> figures() {
            return List.of(received, sent);
        }

        static Carried of(List<Long> figures) {
            return new Carried(figures.get(0), figures.get(1));
        }
    }

    LinkCounts(NetworkTable networks) {
        this.networks = networks;
        this.links = new Links(networks.socket());
    }

    /** By the name of the link; without those that are gone. */
    Map<String, Carried> read(ContainerRecord record) {
        Map<String, Carried> all = new TreeMap<>();
        Set<String> inside = new HashSet<>();
        record.endpoints().forEach((name, place) -> {
            LiveNetwork network = network(name, place);
            String endpoint = place.endpointId();
            if (endpoint != null && (network == null || network.bridged())) { // one that is removed may be read still
                String link = Endpoints.linkName(endpoint);
                read(link).ifPresent(carried -> all.put(link, carried));
            } else if (network != null && network.wired()) {
                inside.add(network.network().driver());
            }
        });
        if (!inside.isEmpty() && record.pid() > 0) {
            readInside(record.pid()).ifPresent(carried -> all.put(INSIDE, carried));
        }
        return all;
    }

    private @Nullable LiveNetwork network(String name, EndpointSettings place) {
        String id = place.networkId();
        return networks.find(id == null ? name : id).orElse(null);
    }

    /** Of the machine's end of one link. */
    Optional<Carried> read(String link) {
        return links.statistics(link).map(Carried::of);
    }

    /** Lets nothing pass any more, and reads. */
    Optional<Carried> stop(String link) {
        try {
            links.find(link).map(Link::index).ifPresent(links::down);
        } catch (KernelException e) {
            // it goes at this moment
        }
        return read(link);
    }

    private static Optional<Carried> readInside(int pid) {
        try (Descriptor namespace = Files.open("/proc/" + pid + "/ns/net", Files.O_RDONLY | Files.O_CLOEXEC);
                NetlinkSocket socket = NetlinkSocket.inNamespace(namespace.number())) {
            Links there = new Links(socket);
            Map<Integer, LinkStatistics> statistics = there.statistics();
            long received = 0;
            long sent = 0;
            for (Link link : there.list()) {
                if (ON_PARENT.contains(link.kind())) {
                    LinkStatistics one = Objects.requireNonNull(statistics.get(link.index()));
                    received += one.rxBytes();
                    sent += one.txBytes();
                }
            }
            return Optional.of(new Carried(received, sent));
        } catch (KernelException e) {
            return Optional.empty(); // its process has just ended
        }
    }
}
