package ondol.engine.networks;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import ondol.engine.ContainerConfig;
import ondol.engine.EngineException;
import ondol.engine.HostConfig;
import ondol.engine.PortBinding;
import ondol.linux.nftables.Packet;
import ondol.network.Subnet;
import org.jspecify.annotations.Nullable;

/** What a container's configuration asks of the machine's ports, in Docker's words. Pure. */
public final class PortRequests {
    private static final Map<String, Integer> PROTOCOLS =
            Map.of("tcp", Packet.TCP, "udp", Packet.UDP, "sctp", Packet.SCTP);
    private static final int LAST = 65535;

    private PortRequests() {}

    /**
     * One port that is asked for.
     *
     * @param address of the machine; null for all
     * @param first of the machine's ports that will do; 0 for any
     */
    public record Wanted(@Nullable InetAddress address, int first, int last, String protocol, int containerPort) {}

    /** Protocol by its name: the number that the kernel knows it by. */
    public static int protocol(String name) {
        Integer number = PROTOCOLS.get(name);
        if (number == null) {
            throw EngineException.invalid("invalid protocol %s: a port's is tcp, udp or sctp".formatted(name));
        }
        return number;
    }

    /**
     * Every port that is to be published.
     *
     * @throws EngineException where one makes no sense
     */
    public static List<Wanted> of(ContainerConfig config, HostConfig host) {
        Map<String, List<PortBinding>> bindings = new TreeMap<>();
        if (Boolean.TRUE.equals(host.publishAllPorts())) {
            for (String port : exposed(config)) {
                bindings.put(port, List.of(new PortBinding("", "")));
            }
        }
        Map<String, List<PortBinding>> asked = host.portBindings();
        if (asked != null) {
            asked.forEach((port, list) -> bindings.put(normal(port), list));
        }
        List<Wanted> wanted = new ArrayList<>();
        bindings.forEach((port, list) -> {
            for (PortBinding binding : list == null || list.isEmpty() ? List.of(new PortBinding("", "")) : list) {
                wanted.add(wanted(port, binding));
            }
        });
        return wanted;
    }

    /** The ports that are exposed, as {@code 80/tcp}; ranges are taken apart. */
    public static List<String> exposed(ContainerConfig config) {
        List<String> ports = new ArrayList<>();
        Map<String, Map<String, String>> exposed = config.exposedPorts();
        for (String text : exposed == null ? new HashMap<String, Map<String, String>>().keySet() : exposed.keySet()) {
            String normal = normal(text);
            int slash = normal.indexOf('/');
            int[] range = range(normal.substring(0, slash), text);
            for (int port = range[0]; port <= range[1]; port++) {
                ports.add(port + normal.substring(slash));
            }
        }
        return ports;
    }

    /** One binding of a port such as {@code 80/tcp}. */
    public static Wanted wanted(String port, PortBinding binding) {
        String normal = normal(port);
        int slash = normal.indexOf('/');
        int[] inside = range(normal.substring(0, slash), port);
        String protocol = normal.substring(slash + 1);
        if (inside[0] != inside[1] || inside[0] == 0) {
            throw EngineException.invalid("invalid port specification: \"%s\"".formatted(port));
        }
        String address = binding.hostIp();
        String outside = binding.hostPort();
        int[] range = outside == null || outside.isEmpty() || outside.equals("0")
                ? new int[] {0, 0}
                : range(outside, outside);
        return new Wanted(
                address == null || address.isEmpty() ? null : Subnet.parseAddress("host address", address),
                range[0],
                range[1],
                protocol,
                inside[0]);
    }

    private static String normal(String port) {
        int slash = port.indexOf('/');
        String protocol = slash < 0 ? "tcp" : port.substring(slash + 1).toLowerCase(Locale.ROOT);
        protocol(protocol);
        return (slash < 0 ? port : port.substring(0, slash)) + "/" + protocol;
    }

    private static int[] range(String text, String whole) {
        int dash = text.indexOf('-');
        try {
            int first = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(text.substring(dash + 1));
            if (first >= 0 && first <= last && last <= LAST) {
                return new int[] {first, last};
            }
        } catch (NumberFormatException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "invalid port specification: \"%s\"".formatted(whole), e);
        }
        throw EngineException.invalid("invalid port specification: \"%s\": ports are from 0 to 65535".formatted(whole));
    }
}
