package ondol.docker;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import ondol.engine.EndpointSettings;
import ondol.engine.EngineException;
import ondol.engine.Ipam;
import ondol.engine.IpamPool;
import ondol.engine.Network;
import ondol.engine.NetworkConfig;
import ondol.engine.Networks;
import ondol.engine.PortBinding;

/** Networks that are kept in memory, with the errors of real ones. */
final class TestNetworks implements Networks {
    private final List<Network> all = new ArrayList<>();

    TestNetworks() {
        for (String name : Network.PREDEFINED) {
            List<IpamPool> pools = name.equals("bridge")
                    ? List.of(new IpamPool("172.17.0.0/16", null, "172.17.0.1", null))
                    : List.of();
            all.add(new Network(
                    name,
                    name.repeat(16).substring(0, 64),
                    Instant.EPOCH,
                    name.equals("none") ? "null" : name,
                    true,
                    false,
                    new Ipam("default", null, pools),
                    false,
                    false,
                    false,
                    "",
                    Map.of(),
                    Map.of()));
        }
    }

    @Override
    public Created create(NetworkConfig config) {
        throw new EngineException(EngineException.Kind.UNSUPPORTED, "the test's engine makes no networks");
    }

    @Override
    public List<Network> list() {
        return all.stream().sorted(Comparator.comparing(Network::name)).toList();
    }

    @Override
    public Network inspect(String network) {
        return all.stream()
                .filter(one -> one.name().equals(network) || one.id().equals(network))
                .findFirst()
                .orElseThrow(() -> EngineException.notFound("network " + network + " not found"));
    }

    @Override
    public Map<String, Member> members(String network) {
        return Map.of();
    }

    @Override
    public void remove(String network) {
        String name = inspect(network).name();
        throw new EngineException(
                EngineException.Kind.DENIED, name + " is a pre-defined network and cannot be removed");
    }

    @Override
    public void connect(String network, String container, EndpointSettings settings) {
        inspect(network);
    }

    @Override
    public void publish(String container, String port, PortBinding binding) {
        throw new EngineException(EngineException.Kind.UNSUPPORTED, "the test's engine publishes no ports");
    }

    @Override
    public void withdraw(String container, String port, PortBinding binding) {
        throw new EngineException(EngineException.Kind.UNSUPPORTED, "the test's engine publishes no ports");
    }

    @Override
    public void update(String network, Map<String, String> options) {
        inspect(network);
    }

    @Override
    public void disconnect(String network, String container, boolean force) {
        inspect(network);
    }
}
