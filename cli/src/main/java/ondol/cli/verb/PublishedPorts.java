package ondol.cli.verb;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** A container's ports in one cell: {@code 0.0.0.0:8080->80/tcp, 90-92/udp}. */
final class PublishedPorts {
    private PublishedPorts() {}

    /** One port, or a run of neighbours with one address and one protocol. */
    private record Port(String address, long outside, long inside, String protocol) {
        boolean follows(Port before, long distance) {
            boolean published = before.outside > 0;
            return address.equals(before.address)
                    && protocol.equals(before.protocol)
                    && inside == before.inside + distance
                    && (published ? outside == before.outside + distance : outside == 0);
        }
    }

    static String text(List<@Nullable Object> given) {
        List<Port> ports = new ArrayList<>();
        for (Object port : given)
            ports.add(new Port(
                    Json.text(port, "IP"),
                    Json.number(port, "PublicPort"),
                    Json.number(port, "PrivatePort"),
                    Json.text(port, "Type")));
        // By container port, then address: what belongs to one address stays together once runs are joined.
        ports.sort(Comparator.comparingLong(Port::inside)
                .thenComparing(Port::address)
                .thenComparingLong(Port::outside)
                .thenComparing(Port::protocol));
        List<String> cells = new ArrayList<>();
        List<Port> left = new ArrayList<>(ports);
        List<String> plain = new ArrayList<>();
        while (!left.isEmpty()) {
            Port first = left.remove(0);
            long length = 1;
            for (int i = 0; i < left.size(); ) {
                if (left.get(i).follows(first, length)) {
                    left.remove(i);
                    length++;
                } else i++;
            }
            (first.outside > 0 ? cells : plain).add(text(first, length));
        }
        cells.addAll(0, plain);
        return String.join(", ", cells);
    }

    private static String text(Port port, long length) {
        String inside = range(port.inside, length) + "/" + port.protocol;
        if (port.outside == 0) return inside;
        String address = port.address.indexOf(':') >= 0 ? "[" + port.address + "]" : port.address;
        String mark = address.isEmpty() ? "" : address + ":";
        return mark + range(port.outside, length) + "->" + inside;
    }

    private static String range(long from, long length) {
        return length == 1 ? Long.toString(from) : from + "-" + (from + length - 1);
    }
}
