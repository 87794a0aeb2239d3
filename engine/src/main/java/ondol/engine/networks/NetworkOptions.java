package ondol.engine.networks;

import java.util.List;
import java.util.Map;
import java.util.Set;
import ondol.engine.EngineException;
import org.jspecify.annotations.Nullable;

/** The options of a network's driver, in Docker's words. */
public record NetworkOptions(Map<String, String> values) {
    static final String MTU = "com.docker.network.driver.mtu";
    static final String NAME = "com.docker.network.bridge.name";
    static final String ICC = "com.docker.network.bridge.enable_icc";
    static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
    static final String HOST_IPV4 = "com.docker.network.bridge.host_binding_ipv4";
    static final String DEFAULT = "com.docker.network.bridge.default_bridge";
    static final String BIG_TCP = "ondol.big-tcp";
    static final String PARENT = "parent";
    private static final String MACVLAN_MODE = "macvlan_mode";
    private static final String IPVLAN_MODE = "ipvlan_mode";
    private static final String PREFIX = "com.docker.network.container_iface_prefix";
    private static final String INHIBIT = "com.docker.network.bridge.inhibit_ipv4";
    private static final int SMALLEST_MTU = 68;
    private static final int SMALLEST_IPV6_MTU = 1280;
    private static final int LARGEST_MTU = 65535;

    private static final Set<String> KNOWN = Set.of(
            MTU,
            NAME,
            ICC,
            MASQUERADE,
            HOST_IPV4,
            DEFAULT,
            PARENT,
            MACVLAN_MODE,
            IPVLAN_MODE,
            PREFIX,
            INHIBIT,
            BIG_TCP);

    /** Options that nobody looks at. */
    public List<String> unknown() {
        return values.keySet().stream()
                .filter(key ->
                        !KNOWN.contains(key) && !TrafficOptions.KEYS.contains(key) && !key.equals(StaticRoutes.KEY))
                .toList();
    }

    /** Refuses values that make no sense. */
    void check(boolean ipv6) {
        flag(ICC, true);
        flag(MASQUERADE, true);
        flag(BIG_TCP, false);
        traffic();
        String bridge = bridgeName();
        if (bridge != null
                && (bridge.equals("all")
                        || bridge.equals("default"))) { // the kernel's settings of all links are called so
            throw EngineException.invalid("a bridge cannot be called %s".formatted(bridge));
        }
        int mtu = mtu();
        if (mtu != 0 && (mtu < (ipv6 ? SMALLEST_IPV6_MTU : SMALLEST_MTU) || mtu > LARGEST_MTU)) {
            throw EngineException.invalid("the MTU %d is not from %d to %d"
                    .formatted(mtu, ipv6 ? SMALLEST_IPV6_MTU : SMALLEST_MTU, LARGEST_MTU));
        }
    }

    /** Bytes; 0 for the kernel's own. */
    int mtu() {
        String text = values.get(MTU);
        try {
            return text == null || text.isEmpty() ? 0 : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new EngineException(
                    EngineException.Kind.INVALID, "option %s is no number: \"%s\"".formatted(MTU, text), e);
        }
    }

    /** What the network as a whole may send and receive. */
    public TrafficOptions traffic() {
        return TrafficOptions.of(values);
    }

    /** Whether containers of the network reach each other. */
    public boolean icc() {
        return flag(ICC, true);
    }

    /** Whether what leaves has the machine's address. */
    public boolean masquerade() {
        return flag(MASQUERADE, true);
    }

    /** Whether TCP hands over more than 64 KiB in one piece. */
    boolean bigTcp(boolean otherwise) {
        return flag(BIG_TCP, otherwise);
    }

    /** The address that ports are published on where none is said. */
    public @Nullable String hostAddress() {
        return values.get(HOST_IPV4);
    }

    @Nullable
    String bridgeName() {
        String name = values.get(NAME);
        return name == null || name.isEmpty() ? null : name;
    }

    /** The interface that a macvlan or ipvlan network stands on. */
    @Nullable
    String parent() {
        String parent = values.get(PARENT);
        return parent == null || parent.isEmpty() ? null : parent;
    }

    String mode(String otherwise, String driver) {
        String mode = values.get(driver.equals("macvlan") ? MACVLAN_MODE : IPVLAN_MODE);
        return mode == null || mode.isEmpty() ? otherwise : mode;
    }

    /** Names of a container's links begin so. */
    String prefix() {
        return values.getOrDefault(PREFIX, "eth");
    }

    private boolean flag(String key, boolean otherwise) {
        String text = values.get(key);
        if (text == null || text.isEmpty()) {
            return otherwise;
        }
        return switch (text.toLowerCase(java.util.Locale.ROOT)) {
            case "1", "t", "true" -> true;
            case "0", "f", "false" -> false;
            default -> throw EngineException.invalid("option %s is not true or false: \"%s\"".formatted(key, text));
        };
    }
}
