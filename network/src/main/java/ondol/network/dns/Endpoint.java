package ondol.network.dns;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A container's place in a network, as {@link NameTable} knows it.
 *
 * @param network the network's name, which is unique
 * @param container the container's ID
 * @param names what others of the network call it: its name first, then its short ID, aliases, its service. Upper and
 *     lower case are the same. Several endpoints may share a name; their addresses are answered in turn
 * @param addresses IPv4 and IPv6
 * @param links names that this container alone has for others of the network ({@code --link}): from the name to the ID
 */
public record Endpoint(
        String network, String container, List<String> names, List<InetAddress> addresses, Map<String, String> links) {
    public Endpoint {
        names = names.stream().map(Endpoint::lower).toList();
        addresses = List.copyOf(addresses);
        links = links.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(one -> lower(one.getKey()), Map.Entry::getValue, (a, b) -> a));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
