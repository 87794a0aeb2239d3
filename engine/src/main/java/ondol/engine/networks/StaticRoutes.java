package ondol.engine.networks;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import ondol.engine.EngineException;
import ondol.network.Plug;
import ondol.network.Subnet;
import org.jspecify.annotations.Nullable;

/**
 * Routes that containers have beside the default one: an option of a network, for all of its containers, or of an endpoint,
 * for one.
 */
public final class StaticRoutes {
    /** {@code DESTINATION=GATEWAY}, several with semicolons between them, such as {@code 10.8.0.0/16=172.18.0.5}. */
    public static final String KEY = "ondol.routes";

    private StaticRoutes() {}

    /**
     * Reads them.
     *
     * @param options of a network or an endpoint
     * @param subnets the network's: gateways are in them
     * @throws EngineException where one makes no sense
     */
    public static List<Plug.Route> of(@Nullable Map<String, String> options, Collection<Subnet> subnets) {
        List<Plug.Route> routes = new ArrayList<>();
        String text = options == null ? null : options.get(KEY);
        if (text == null || text.isBlank()) {
            return routes;
        }
        for (String one : text.strip().split("\\s*;\\s*", -1)) {
            int equals = one.indexOf('=');
            if (equals < 0) {
                throw EngineException.invalid(
                        "route \"%s\" has no gateway: write one such as 10.8.0.0/16=172.18.0.5".formatted(one));
            }
            Subnet destination = Subnet.parse(one.substring(0, equals).strip());
            InetAddress gateway = Subnet.parseAddress(
                    "gateway of route", one.substring(equals + 1).strip());
            check(destination, gateway, subnets);
            routes.add(new Plug.Route(destination.prefix(destination.address()), gateway));
        }
        return routes;
    }

    private static void check(Subnet destination, InetAddress gateway, Collection<Subnet> subnets) {
        if (destination.length() == 0) {
            throw EngineException.invalid(
                    "route %s is the default one: --gateway and gw-priority decide on that".formatted(destination));
        }
        if (subnets.stream().noneMatch(subnet -> subnet.contains(gateway) && subnet.ipv6() == destination.ipv6())) {
            throw EngineException.invalid("route %s: gateway %s is in no subnet of the network for such addresses (%s)"
                    .formatted(
                            destination,
                            gateway.getHostAddress(),
                            String.join(
                                    ", ", subnets.stream().map(Subnet::toString).toList())));
        }
    }
}
