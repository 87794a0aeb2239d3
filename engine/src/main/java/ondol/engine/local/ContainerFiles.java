package ondol.engine.local;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ondol.engine.ContainerConfig;
import ondol.engine.EndpointSettings;
import ondol.engine.HostConfig;
import ondol.engine.networks.LiveNetwork;
import ondol.network.Addresses;
import ondol.network.dns.DnsServer;

/** The files of the engine that a container sees: {@code /etc/hostname}, {@code /etc/hosts}, {@code /etc/resolv.conf}. */
final class ContainerFiles {
    /** The record's name in a container's folder. */
    static final String RECORD = "container.json";

    /** Names of its anonymous volumes, a line each, as long as there is no record. */
    static final String VOLUMES = "volumes";

    private ContainerFiles() {}

    /**
     * What the files tell of networks.
     *
     * @param links addresses by names
     * @param gateway what {@code host-gateway} stands for
     */
    record Facts(
            Map<String, EndpointSettings> places,
            Map<String, List<InetAddress>> links,
            Optional<InetAddress> gateway) {}

    /** Writes the files, also into those that are there: a container has them mounted. */
    static void write(Path folder, String hostname, ContainerConfig config, HostConfig host, Facts facts)
            throws IOException {
        boolean machineNetwork = "host".equals(host.networkMode());
        put(folder.resolve("hostname"), hostname + "\n");
        put(
                folder.resolve("hosts"),
                machineNetwork ? machine("/etc/hosts", "") + extra(host, facts) : hosts(hostname, config, host, facts));
        put(folder.resolve("resolv.conf"), resolver(host, Naming.named(facts.places(), host)));
    }

    /** The same, once networks or links are others. */
    static void rewrite(Path folder, ContainerRecord record, Facts facts) throws IOException {
        String hostname = record.config().hostname();
        write(folder, hostname == null ? "" : hostname, record.config(), record.host(), facts);
    }

    private static void put(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String hosts(String hostname, ContainerConfig config, HostConfig host, Facts facts) {
        String domain = config.domainname() == null || config.domainname().isEmpty()
                ? hostname
                : hostname + "." + config.domainname() + " " + hostname;
        return "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
                + "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
                + extra(host, facts)
                + linked(facts)
                + own(domain, facts.places().values());
    }

    /** A line for each of its addresses; without any its name is the loopback's. */
    private static String own(String names, Collection<EndpointSettings> places) {
        StringBuilder lines = new StringBuilder();
        for (EndpointSettings place : places) {
            for (InetAddress address : LiveNetwork.addresses(place)) {
                lines.append(Addresses.text(address)).append('\t').append(names).append('\n');
            }
        }
        return lines.isEmpty() ? "127.0.1.1\t" + names + "\n" : lines.toString();
    }

    private static String linked(Facts facts) {
        StringBuilder lines = new StringBuilder();
        facts.links().forEach((names, addresses) -> {
            for (InetAddress address : addresses) {
                lines.append(Addresses.text(address)).append('\t').append(names).append('\n');
            }
        });
        return lines.toString();
    }

    private static String extra(HostConfig host, Facts facts) {
        StringBuilder lines = new StringBuilder();
        for (String entry : host.extraHosts() == null ? List.<String>of() : host.extraHosts()) {
            int colon = entry.indexOf(':');
            if (colon > 0) {
                lines.append(address(entry.substring(colon + 1), facts))
                        .append('\t')
                        .append(entry, 0, colon)
                        .append('\n');
            }
        }
        return lines.toString();
    }

    private static String address(String text, Facts facts) {
        return text.equals("host-gateway")
                ? facts.gateway().map(Addresses::text).orElse("127.0.0.1")
                : text;
    }

    /** The machine's own, without name servers on its loopback, which a container cannot reach; or what was asked for. */
    private static String resolver(HostConfig host, boolean named) {
        List<String> lines = new ArrayList<>();
        boolean machineNetwork = "host".equals(host.networkMode());
        for (String line : machine("/etc/resolv.conf", "").split("\n")) {
            boolean replaced = (line.startsWith("nameserver") && given(host.dns()))
                    || (line.startsWith("search") && given(host.dnsSearch()))
                    || (line.startsWith("options") && given(host.dnsOptions()));
            boolean unreachable = (named && line.startsWith("nameserver"))
                    || !machineNetwork && (line.startsWith("nameserver 127.") || line.equals("nameserver ::1"));
            if (!replaced && !unreachable && !line.isBlank()) {
                lines.add(line);
            }
        }
        if (named) {
            lines.addFirst("nameserver " + Addresses.text(DnsServer.ADDRESS));
        }
        for (String server : named || host.dns() == null ? List.<String>of() : host.dns()) {
            lines.add("nameserver " + server);
        }
        List<String> search = host.dnsSearch();
        if (search != null && given(search) && !search.equals(List.of("."))) {
            lines.add("search " + String.join(" ", search));
        }
        if (given(host.dnsOptions())) {
            lines.add("options " + String.join(" ", host.dnsOptions()));
        }
        return String.join("\n", lines) + "\n";
    }

    private static boolean given(@org.jspecify.annotations.Nullable List<String> list) {
        return list != null && !list.isEmpty();
    }

    private static String machine(String path, String otherwise) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            return otherwise;
        }
    }
}
