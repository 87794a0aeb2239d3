package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.json.JsonWriter;
import org.jspecify.annotations.Nullable;

/** {@code ondol network create}: makes a network. */
public final class NetworkCreate extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol network create [OPTIONS] NETWORK

            Create a network

            Options:
                  --attachable           Enable manual container attachment
                  --aux-address map      Auxiliary IPv4 or IPv6 addresses used by Network
                                         driver (default map[])
                  --config-from string   The network from which to copy the configuration
                  --config-only          Create a configuration only network
              -d, --driver string        Driver to manage the Network (default "bridge")
                  --egress list          What its containers may reach outside: deny, any,
                                         or allow=CIDR|NAME[:PORT],...
                  --gateway strings      IPv4 or IPv6 Gateway for the master subnet
                  --ingress              Create swarm routing-mesh network
                  --internal             Restrict external access to the network
                  --ip-range strings     Allocate container ip from a sub-range
                  --ipam-driver string   IP Address Management Driver (default "default")
                  --ipam-opt map         Set IPAM driver specific options (default map[])
                  --ipv4                 Enable or disable IPv4 address assignment
                                         (default true)
                  --ipv6                 Enable or disable IPv6 address assignment
                  --label list           Set metadata on a network
                  --net-burst bytes      What may pass at once after a pause
                  --net-rate string      Limit the speed of the network as a whole, from
                                         and to outside, such as 100mbit
                  --net-rate-in string   Limit what it receives
                  --net-rate-out string  Limit what it sends
              -o, --opt map              Set driver specific options (default map[])
                  --route list           Route of its containers beside the default one:
                                         DESTINATION=GATEWAY
                  --scope string         Control the network's scope
                  --subnet strings       Subnet in CIDR format that represents a network
                                         segment
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        JsonWriter json = new JsonWriter()
                .begin()
                .field("Name", flags.first())
                .field("Driver", flags.get("driver", "bridge"))
                .field("Scope", flags.get("scope", ""));
        if (flags.has("ipv4")) json.field("EnableIPv4", flags.is("ipv4"));
        if (flags.has("ipv6")) json.field("EnableIPv6", flags.is("ipv6"));
        json.field("Internal", flags.is("internal"))
                .field("Attachable", flags.is("attachable"))
                .field("Ingress", flags.is("ingress"))
                .field("ConfigOnly", flags.is("config-only"))
                .field("Options", options(flags))
                .field("Labels", Environment.pairs(flags.all("label")));
        if (flags.has("config-from"))
            json.begin("ConfigFrom")
                    .field("Network", flags.get("config-from", ""))
                    .end();
        json.begin("IPAM")
                .field("Driver", flags.get("ipam-driver", "default"))
                .field("Options", Environment.pairs(flags.all("ipam-opt")))
                .field("Config", pools(flags))
                .end();
        Object made = cli.json("POST", "/networks/create", json.end().bytes());
        String warning = Json.text(made, "Warning");
        if (!warning.isEmpty()) cli.err().line("WARNING: " + warning);
        cli.out().line(Json.text(made, "Id"));
        return 0;
    }

    private static Map<String, String> options(Flags flags) {
        Map<String, String> options = Traffic.words(flags, Environment.pairs(flags.all("opt")));
        if (flags.has("route")) options.put("ondol.routes", String.join(";", flags.all("route")));
        return options;
    }

    /** Each gateway, range and auxiliary address goes to the subnet that it is in. */
    static List<Object> pools(Flags flags) {
        Map<String, Map<String, Object>> pools = new LinkedHashMap<>();
        for (String subnet : split(flags.all("subnet"))) {
            Map<String, Object> pool = new LinkedHashMap<>();
            pool.put("Subnet", subnet);
            pools.put(subnet, pool);
        }
        for (String range : split(flags.all("ip-range"))) put(pools, "IPRange", range, "ip-range");
        for (String gateway : split(flags.all("gateway"))) put(pools, "Gateway", gateway, "gateway");
        Environment.pairs(flags.all("aux-address")).forEach((name, address) -> auxiliary(pools, name, address));
        return new ArrayList<>(pools.values());
    }

    private static List<String> split(List<String> values) {
        List<String> all = new ArrayList<>();
        for (String value : values) all.addAll(List.of(value.split(",")));
        return all;
    }

    private static void put(Map<String, Map<String, Object>> pools, String field, String address, String what) {
        Map<String, Object> pool = of(pools, address, what);
        if (pool.containsKey(field))
            throw new CliException("cannot configure multiple " + what + "s (" + address + ", " + pool.get(field)
                    + ") on the same subnet (" + pool.get("Subnet") + ")");
        pool.put(field, address);
    }

    private static void auxiliary(Map<String, Map<String, Object>> pools, String name, String address) {
        Map<String, Object> pool = of(pools, address, "aux-address");
        @SuppressWarnings("unchecked")
        Map<String, Object> addresses = (Map<String, Object>) pool.get("AuxiliaryAddresses");
        if (addresses == null) pool.put("AuxiliaryAddresses", addresses = new TreeMap<String, Object>());
        addresses.put(name, address);
    }

    private static Map<String, Object> of(Map<String, Map<String, Object>> pools, String address, String what) {
        if (pools.isEmpty()) throw new CliException("invalid " + what + ": a --subnet is needed that it is in");
        int slash = address.indexOf('/');
        byte[] bytes = bytes(slash < 0 ? address : address.substring(0, slash));
        for (Map.Entry<String, Map<String, Object>> pool : pools.entrySet()) {
            if (bytes != null && contains(pool.getKey(), bytes)) return pool.getValue();
        }
        throw new CliException("no matching subnet for " + what + " " + address);
    }

    private static boolean contains(String subnet, byte[] address) {
        int slash = subnet.indexOf('/');
        byte[] network = bytes(slash < 0 ? subnet : subnet.substring(0, slash));
        if (network == null || network.length != address.length || slash < 0) return false;
        int length;
        try {
            length = Integer.parseInt(subnet.substring(slash + 1));
        } catch (NumberFormatException e) {
            return false;
        }
        for (int bit = 0; bit < Math.min(length, 8 * address.length); bit++) {
            int mask = 0x80 >> bit % 8;
            if ((network[bit / 8] & mask) != (address[bit / 8] & mask)) return false;
        }
        return true;
    }

    private static byte @Nullable [] bytes(String address) {
        try {
            return java.net.InetAddress.ofLiteral(address).getAddress();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
