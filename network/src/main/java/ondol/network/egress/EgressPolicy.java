package ondol.network.egress;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ondol.linux.netlink.Prefix;

/**
 * Whom a container may reach beside its own networks; nobody else.
 *
 * @param networks addresses
 * @param names of which the DNS server says the addresses
 */
public record EgressPolicy(List<ToNetwork> networks, List<ToName> names) {
    private static final int MOST = 256;
    private static final Pattern NAME =
            Pattern.compile("(?:\\*\\.)?[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\\.[a-z0-9_][a-z0-9_-]{0,62})*\\.?");
    private static final Pattern ADDRESS = Pattern.compile("([0-9.]+|\\[[0-9a-fA-F:.]+])(/[0-9]+)?(?::(.*))?");

    /**
     * Addresses that may be reached.
     *
     * @param first the lowest port; 0 where ports do not matter
     * @param last the highest
     */
    public record ToNetwork(Prefix network, int first, int last) {}

    /**
     * A name that may be reached.
     *
     * @param name in lower case; {@code *.example.org} stands for all names below
     * @param port 0 where ports do not matter
     */
    public record ToName(String name, int port) {
        boolean is(String other) {
            return name.startsWith("*.") ? other.endsWith(name.substring(1)) : other.equals(name);
        }
    }

    /** A range of ports, or one; 0 to 0 for all. */
    private record Ports(int first, int last) {}

    public EgressPolicy {
        networks = List.copyOf(networks);
        names = List.copyOf(names);
    }

    /**
     * Reads what {@code --egress} takes: {@code deny}, {@code allow=LIST} or {@code any}; several together allow what each
     * of them allows. A list has {@code 10.0.0.0/8}, {@code 192.0.2.1:443}, {@code [2001:db8::]/32:8000-8100}, {@code
     * example.org:443}, {@code *.example.org}, with commas between them.
     *
     * @return empty where everything may be reached: nothing is said, or {@code any}
     * @throws IllegalArgumentException in a sentence for people, where it makes no sense
     */
    public static Optional<EgressPolicy> parse(List<String> words) {
        List<ToNetwork> networks = new ArrayList<>();
        List<ToName> names = new ArrayList<>();
        boolean any = words.isEmpty();
        for (String word : words) {
            if (word.startsWith("allow=")) {
                for (String one : word.substring("allow=".length()).split(",", -1)) {
                    add(one.strip(), networks, names);
                }
            } else if (word.equals("any")) {
                any = true;
            } else if (!word.equals("deny")) {
                throw new IllegalArgumentException(
                        "invalid egress rule \"%s\": use deny, any, or allow= with addresses, networks and names"
                                .formatted(word));
            }
        }
        if (networks.size() + names.size() > MOST) {
            throw new IllegalArgumentException("at most %d addresses and names can be allowed".formatted(MOST));
        }
        return any ? Optional.empty() : Optional.of(new EgressPolicy(networks, names));
    }

    private static void add(String text, List<ToNetwork> networks, List<ToName> names) {
        String bare = text.indexOf(':') != text.lastIndexOf(':') && !text.startsWith("[") ? bracketed(text) : text;
        Matcher address = ADDRESS.matcher(bare);
        if (address.matches()) {
            String literal = address.group(1).replaceAll("[\\[\\]]", "");
            int most = literal.contains(":") ? 128 : 32;
            String length = address.group(2) == null ? "/" + most : address.group(2);
            Ports ports = ports(text, address.group(3));
            networks.add(new ToNetwork(prefix(text, literal + length), ports.first(), ports.last()));
            return;
        }
        int colon = text.indexOf(':');
        String name = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
        Ports ports = ports(text, colon < 0 ? null : text.substring(colon + 1));
        if (!NAME.matcher(name).matches() || ports.first() != ports.last()) {
            throw invalid(text);
        }
        names.add(new ToName(name.endsWith(".") ? name.substring(0, name.length() - 1) : name, ports.first()));
    }

    /** An IPv6 address or network as people write it where no port follows. */
    private static String bracketed(String text) {
        int slash = text.indexOf('/');
        return slash < 0 ? "[" + text + "]" : "[" + text.substring(0, slash) + "]" + text.substring(slash);
    }

    private static Prefix prefix(String text, String prefix) {
        try {
            return Prefix.parse(prefix);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(invalid(text).getMessage() + ": " + e.getMessage(), e);
        }
    }

    private static Ports ports(String text, @org.jspecify.annotations.Nullable String ports) {
        if (ports == null) {
            return new Ports(0, 0);
        }
        String[] ends = ports.split("-", 2);
        int first = port(text, ends[0]);
        int last = ends.length == 1 ? first : port(text, ends[1]);
        if (last < first) {
            throw invalid(text);
        }
        return new Ports(first, last);
    }

    private static int port(String text, String port) {
        try {
            int number = Integer.parseInt(port);
            if (number >= 1 && number <= 65535) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw invalid(text);
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException(
                "invalid egress rule \"%s\": write one such as 10.0.0.0/8, 192.0.2.1:443, [2001:db8::1]:443 or example.org:443"
                        .formatted(text));
    }

    /** Whether a name may be asked for. */
    boolean allows(String name) {
        return names.stream().anyMatch(one -> one.is(name));
    }
}
