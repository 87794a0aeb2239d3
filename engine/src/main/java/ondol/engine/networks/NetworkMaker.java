package ondol.engine.networks;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import ondol.engine.ConfigFrom;
import ondol.engine.EngineException;
import ondol.engine.Ipam;
import ondol.engine.IpamPool;
import ondol.engine.Network;
import ondol.engine.NetworkBuilder;
import ondol.engine.NetworkConfig;
import ondol.network.Subnet;
import ondol.network.SubnetChoice;
import org.jspecify.annotations.Nullable;

/** A network's record, made from what a user asks for. Nothing is done to the machine. */
public final class NetworkMaker {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}");
    private static final List<String> DRIVERS = List.of("bridge", "macvlan", "ipvlan");

    private final SubnetChoice choice;

    public NetworkMaker(SubnetChoice choice) {
        this.choice = choice;
    }

    /**
     * Makes a record.
     *
     * @param id for the new network
     * @param others the networks that there are
     * @param reachable what the machine reaches by links that are not this engine's
     * @throws EngineException with a sentence, where something makes no sense
     */
    public Network make(String id, NetworkConfig asked, Collection<Network> others, Collection<Subnet> reachable) {
        String name = name(asked.name());
        NetworkConfig config = configured(asked, others);
        String driver = or(config.driver(), "bridge");
        if (driver.isEmpty() || driver.equals("default")) {
            driver = "bridge";
        }
        if (!DRIVERS.contains(driver)) {
            throw driver.equals("host") || driver.equals("null") || driver.equals("none")
                    ? new EngineException(
                            EngineException.Kind.DENIED,
                            "only one instance of \"%s\" network is allowed".formatted(driver))
                    : EngineException.notFound(
                            "could not find plugin %s: network drivers are bridge, macvlan and ipvlan"
                                    .formatted(driver));
        }
        if (yes(config.ingress())) {
            throw new EngineException(
                    EngineException.Kind.UNSUPPORTED, "there are no ingress networks without a swarm");
        }
        boolean ipv4 = config.enableIPv4() == null || config.enableIPv4();
        boolean ipv6 = yes(config.enableIPv6());
        if (!ipv4 && !ipv6) {
            throw EngineException.invalid("IPv4 or IPv6 must be enabled");
        }
        Map<String, String> options = config.options() == null ? Map.of() : new TreeMap<>(config.options());
        boolean configOnly = yes(config.configOnly());
        NetworkOptions known = new NetworkOptions(options);
        known.check(ipv6);
        if (!driver.equals("bridge") && !configOnly) {
            Parents.mode(driver, known); // refuses one that there is not
        }
        Ipam ipam = ipam(config, driver, ipv4, ipv6, configOnly, others, reachable);
        if (!configOnly) {
            StaticRoutes.of(options, subnets(ipam)); // refuses what makes no sense
        }
        return new Network(
                name,
                id,
                Instant.now(),
                driver,
                ipv4,
                ipv6,
                ipam,
                yes(config.internal()),
                yes(config.attachable()),
                configOnly,
                from(asked),
                options,
                config.labels() == null ? Map.of() : new TreeMap<>(config.labels()));
    }

    /**
     * The record of a network whose traffic is limited otherwise.
     *
     * @param changes of its options; those that are not said stay, but for one way's rate where both are said anew
     * @throws EngineException with a sentence, where something makes no sense
     */
    public Network change(Network network, Map<String, String> changes) {
        if (!network.driver().equals("bridge") || network.configOnly()) {
            throw EngineException.invalid("network %s has no bridge: what passes there cannot be limited as a whole"
                    .formatted(network.name()));
        }
        for (String key : changes.keySet()) {
            if (!TrafficOptions.KEYS.contains(key)) {
                throw EngineException.invalid("option %s cannot be changed: %s can"
                        .formatted(key, String.join(", ", new TreeSet<>(TrafficOptions.KEYS))));
            }
        }
        Map<String, String> options = new TreeMap<>(network.options());
        if (changes.containsKey(TrafficOptions.RATE)) {
            options.keySet().removeAll(List.of(TrafficOptions.RATE_IN, TrafficOptions.RATE_OUT));
        }
        options.putAll(changes);
        TrafficOptions traffic = TrafficOptions.of(options);
        if (network.predefined() && traffic.hasNames()) {
            throw EngineException.invalid(
                    "names of others are not answered in network %s: allow addresses".formatted(network.name()));
        }
        return NetworkBuilder.builder(network).options(options).build();
    }

    private Ipam ipam(
            NetworkConfig config,
            String driver,
            boolean ipv4,
            boolean ipv6,
            boolean configOnly,
            Collection<Network> others,
            Collection<Subnet> reachable) {
        Ipam ipam = config.ipam() == null ? new Ipam(null, null, null) : config.ipam();
        String ipamDriver = or(ipam.driver(), "default");
        if (!ipamDriver.isEmpty() && !ipamDriver.equals("default")) {
            throw EngineException.notFound(
                    "could not find plugin %s: the only IPAM driver is default".formatted(ipamDriver));
        }
        List<IpamPool> pools = ipam.config() == null ? List.of() : ipam.config();
        if (!configOnly) {
            boolean bridge = driver.equals("bridge");
            boolean gateways = bridge || !yes(config.internal());
            pools = new Subnets(choice, reachable, others).complete(pools, ipv4, ipv6, bridge, gateways);
        }
        return new Ipam("default", ipam.options() == null ? Map.of() : ipam.options(), pools);
    }

    private static List<Subnet> subnets(Ipam ipam) {
        List<IpamPool> pools = ipam.config() == null ? List.of() : ipam.config();
        return pools.stream().map(pool -> Subnets.pool(pool).subnet()).toList();
    }

    /** What another network that is only a configuration says, with the name of this one. */
    private static NetworkConfig configured(NetworkConfig asked, Collection<Network> others) {
        String from = from(asked);
        if (from.isEmpty()) {
            return asked;
        }
        Network source = others.stream()
                .filter(other -> other.name().equals(from))
                .findFirst()
                .orElseThrow(() -> EngineException.notFound("configuration network \"%s\" not found".formatted(from)));
        if (!source.configOnly()) {
            throw EngineException.invalid("network \"%s\" is no configuration network".formatted(from));
        }
        return new NetworkConfig(
                asked.name(),
                asked.driver(),
                asked.scope(),
                source.enableIPv4(),
                source.enableIPv6(),
                source.ipam(),
                source.internal(),
                asked.attachable(),
                asked.ingress(),
                false,
                asked.configFrom(),
                source.options(),
                source.labels());
    }

    private static String from(NetworkConfig asked) {
        ConfigFrom from = asked.configFrom();
        return from == null ? "" : or(from.network(), "");
    }

    private static String name(@Nullable String name) {
        if (name == null || name.isBlank()) {
            throw EngineException.invalid("network name is required");
        }
        if (Network.PREDEFINED.contains(name) || name.equals("default")) {
            throw new EngineException(
                    EngineException.Kind.DENIED, "operation is not permitted on predefined %s network".formatted(name));
        }
        if (!NAME.matcher(name).matches()) {
            throw EngineException.invalid(
                    "invalid network name \"%s\": only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, up to 255 of them"
                            .formatted(name));
        }
        return name;
    }

    private static String or(@Nullable String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    private static boolean yes(@Nullable Boolean flag) {
        return Boolean.TRUE.equals(flag);
    }
}
