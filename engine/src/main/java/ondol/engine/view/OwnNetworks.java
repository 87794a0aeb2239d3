package ondol.engine.view;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.Network;
import ondol.engine.NetworkConfig;
import ondol.engine.NetworkConfigBuilder;
import ondol.engine.Networks;
import ondol.engine.Tenants;
import org.jspecify.annotations.Nullable;

/** The networks of one tenant, and those that are always there: of these, a tenant's users see who of theirs is in them. */
final class OwnNetworks implements Networks {
    /** Network modes that are no network of anybody's. */
    private static final Set<String> MODES = Set.of("", "default", "bridge", "none");

    private final Networks networks;
    private final UnaryOperator<String> container;
    private final String tenant;

    /** @param container the id of an own container, or an exception where it is another's */
    OwnNetworks(Networks networks, UnaryOperator<String> container, String tenant) {
        this.networks = networks;
        this.container = container;
        this.tenant = tenant;
    }

    private boolean isOwn(Network network) {
        return tenant.equals(network.labels().get(Tenants.LABEL));
    }

    /** What a network mode names, unless it is another's: that is not found. */
    void checkMode(@Nullable String mode) {
        if (mode != null && !MODES.contains(mode) && !mode.startsWith("container:")) {
            use(mode);
        }
    }

    /** A network that containers may be put into. */
    private Network use(String reference) {
        Network network = inspect(reference);
        if (network.name().equals("host")) {
            throw TenantView.denied("--network host");
        }
        return network;
    }

    private Network mine(String reference) {
        Network network = inspect(reference);
        if (network.predefined()) {
            throw TenantView.denied("network " + network.name());
        }
        return network;
    }

    @Override
    public Created create(NetworkConfig config) {
        String driver = config.driver();
        if (driver != null && !driver.isEmpty() && !driver.equals("bridge")) {
            throw TenantView.denied("a network of driver " + driver); // it stands on the machine's own interfaces
        }
        if (config.options() != null && !config.options().isEmpty()) {
            throw TenantView.denied("a network with options"); // they name what the machine has
        }
        if (config.configFrom() != null) {
            throw TenantView.denied("--config-from");
        }
        Map<String, String> labels = new TreeMap<>(config.labels() == null ? Map.of() : config.labels());
        labels.put(Tenants.LABEL, tenant);
        return networks.create(
                NetworkConfigBuilder.builder(config).labels(labels).build());
    }

    @Override
    public List<Network> list() {
        return networks.list().stream()
                .filter(network -> network.predefined() || isOwn(network))
                .toList();
    }

    @Override
    public Network inspect(String reference) {
        List<Network> seen = list();
        for (Network network : seen) {
            if (network.name().equals(reference) || network.id().equals(reference)) {
                return network;
            }
        }
        List<Network> begin = seen.stream()
                .filter(network -> !reference.isEmpty() && network.id().startsWith(reference))
                .toList();
        if (begin.size() > 1) {
            throw EngineException.invalid("network %s is ambiguous: several ids begin so".formatted(reference));
        }
        if (begin.isEmpty()) {
            throw EngineException.notFound("network %s not found".formatted(reference));
        }
        return begin.getFirst();
    }

    @Override
    public Map<String, Member> members(String network) {
        Network seen = inspect(network);
        Map<String, Member> members = networks.members(seen.id());
        return isOwn(seen) ? members : Map.of();
    }

    @Override
    public void remove(String network) {
        networks.remove(mine(network).id());
    }

    @Override
    public void connect(String network, String reference, EndpointSettings settings) {
        networks.connect(use(network).id(), container.apply(reference), settings);
    }

    @Override
    public void disconnect(String network, String reference, boolean force) {
        networks.disconnect(use(network).id(), container.apply(reference), force);
    }
}
