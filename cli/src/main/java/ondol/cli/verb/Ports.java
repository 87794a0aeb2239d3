package ondol.cli.verb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.CliException;

/** {@code -p [[address:]host:]container[/protocol]} and {@code --expose}, with ranges. */
final class Ports {
    private Ports() {}

    /** The exposed ports; what is published goes into {@code bindings} too. Keys are {@code 80/tcp}. */
    static Map<String, Object> parse(
            List<String> published, List<String> exposed, Map<String, List<Map<String, String>>> bindings) {
        Map<String, Object> ports = new TreeMap<>();
        for (String spec : published) {
            for (String port : publish(spec, bindings)) ports.put(port, Map.of());
        }
        for (String spec : exposed) {
            if (spec.indexOf(':') >= 0) throw new CliException("invalid port format for --expose: " + spec);
            int[] range = range(port(spec), "invalid range format for --expose: " + spec);
            for (int port = range[0]; port <= range[1]; port++) ports.put(port + "/" + protocol(spec), Map.of());
        }
        return ports;
    }

    private static List<String> publish(String spec, Map<String, List<Map<String, String>>> bindings) {
        String text = port(spec);
        int colon = text.lastIndexOf(':');
        String container = text.substring(colon + 1);
        String before = colon < 0 ? "" : text.substring(0, colon);
        int addressEnd = before.lastIndexOf(':');
        String host = before.substring(addressEnd + 1);
        String address = addressEnd < 0 ? "" : before.substring(0, addressEnd);
        if (address.startsWith("[") && address.endsWith("]")) address = address.substring(1, address.length() - 1);
        if (!address.isEmpty() && !isAddress(address)) throw new CliException("invalid IP address: " + address);
        if (container.isEmpty()) throw new CliException("no port specified: " + spec + "<empty>");
        int[] inside = range(container, "invalid containerPort: " + container);
        int[] outside = host.isEmpty() ? new int[] {0, -1} : range(host, "invalid hostPort: " + host);
        int count = inside[1] - inside[0];
        if (!host.isEmpty() && outside[1] - outside[0] != count && count != 0)
            throw new CliException(
                    "invalid ranges specified for container and host Ports: " + container + " and " + host);
        String protocol = protocol(spec);
        List<String> keys = new ArrayList<>();
        for (int i = 0; i <= count; i++) {
            String number = host.isEmpty() ? "" : Integer.toString(outside[0] + i);
            if (count == 0 && outside[1] > outside[0]) number = host;
            String key = (inside[0] + i) + "/" + protocol;
            Map<String, String> binding = new LinkedHashMap<>();
            binding.put("HostIp", address);
            binding.put("HostPort", number);
            List<Map<String, String>> of = bindings.get(key);
            if (of == null) bindings.put(key, of = new ArrayList<>());
            of.add(binding);
            keys.add(key);
        }
        return keys;
    }

    private static String port(String spec) {
        int slash = spec.indexOf('/');
        return slash < 0 ? spec : spec.substring(0, slash);
    }

    private static String protocol(String spec) {
        int slash = spec.indexOf('/');
        String protocol = slash < 0 ? "tcp" : spec.substring(slash + 1).toLowerCase(java.util.Locale.ROOT);
        if (!protocol.equals("tcp") && !protocol.equals("udp") && !protocol.equals("sctp"))
            throw new CliException("invalid proto: " + protocol);
        return protocol;
    }

    private static boolean isAddress(String text) {
        boolean six = text.indexOf(':') >= 0;
        int dots = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') dots++;
            else if (Character.digit(c, six ? 16 : 10) < 0 && c != ':') return false;
        }
        return six || dots == 3;
    }

    private static int[] range(String text, String error) {
        int dash = text.indexOf('-');
        try {
            int from = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
            int to = dash < 0 ? from : Integer.parseInt(text.substring(dash + 1));
            if (from >= 0 && to >= from && to <= 65535) return new int[] {from, to};
        } catch (NumberFormatException e) {
            throw new CliException(error);
        }
        throw new CliException(error);
    }
}
