package ondol.engine.view;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.Network;
import ondol.engine.NetworkConfig;
import ondol.engine.NetworkConfigBuilder;
import ondol.engine.Networks;
import ondol.engine.PortBinding;
import ondol.engine.Tenants;
import org.jspecify.annotations.Nullable;

/** The networks of one tenant, and those that are always there. */
final class OwnNetworks implements Networks {
    private final Networks networks;
    private final OwnContainers containers;
    private final String tenant;

    OwnNetworks(Networks networks, OwnContainers containers, String tenant) {
        this.networks = networks;
        this.containers = containers;
        this.tenant = tenant;
    }

    private static boolean isOwn(Network network, String tenant) {
        return network.predefined() || tenant.equals(network.labels().get(Tenants.LABEL));
    }

    /** The id of a network that a tenant may use; another's is not found. */
    static String own(Networks networks, String tenant, String reference) {
        Network found = networks.inspect(reference);
        if (!isOwn(found, tenant)) {
            throw EngineException.notFound("network " + reference + " not found");
        }
        return found.id();
    }

    /** The networks that a container is to be in, where its tenant may use all of them. */
    static void check(
            Networks networks, String tenant, @Nullable String mode, Map<String, EndpointSettings> endpoints) {
        Optional.ofNullable(mode)
                .filter(name -> !name.isEmpty() && !name.startsWith("container:"))
                .ifPresent(name -> own(networks, tenant, name));
        endpoints.keySet().forEach(name -> own(networks, tenant, name));
    }

    @Override
    public Created create(NetworkConfig config) {
        String driver = config.driver();
        if (driver != null && !driver.isEmpty() && !driver.equals("bridge")) {
            throw TenantView.denied("a network with driver " + driver); // it stands on the machine's own links
        }
        Map<String, String> options = config.options();
        if (options != null && options.containsKey("com.docker.network.bridge.name")) {
            throw TenantView.denied("a network on a bridge of the machine");
        }
        Map<String, String> labels = new TreeMap<>(config.labels() == null ? Map.of() : config.labels());
        labels.put(Tenants.LABEL, tenant);
        return networks.create(
                NetworkConfigBuilder.builder(config).labels(labels).build());
    }

    @Override
    public List<Network> list() {
        return networks.list().stream()
                .filter(network -> isOwn(network, tenant))
                .toList();
    }

    @Override
    public Network inspect(String network) {
        return networks.inspect(own(networks, tenant, network));
    }

    @Override
    public Map<String, Member> members(String network) {
        Map<String, Member> own = new HashMap<>(networks.members(own(networks, tenant, network)));
        own.keySet().retainAll(containers.list().stream().map(each -> each.id()).toList());
        return own;
    }

    @Override
    public void remove(String network) {
        networks.remove(own(networks, tenant, network));
    }

    @Override
    public void connect(String network, String container, EndpointSettings settings) {
        networks.connect(own(networks, tenant, network), containers.own(container), settings);
    }

    @Override
    public void publish(String container, String port, PortBinding binding) {
        networks.publish(containers.own(container), port, binding);
    }

    @Override
    public void withdraw(String container, String port, PortBinding binding) {
        networks.withdraw(containers.own(container), port, binding);
    }

    @Override
    public void update(String reference, Map<String, String> options) {
        Network network = networks.inspect(own(networks, tenant, reference));
        if (network.predefined()) {
            throw TenantView.denied("a change of a network that is everybody's");
        }
        networks.update(network.id(), options);
    }

    @Override
    public void disconnect(String network, String container, boolean force) {
        networks.disconnect(own(networks, tenant, network), containers.own(container), force);
    }
}
