package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** {@code ondol port}: where a container's ports are reached from outside. */
public final class Port extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol port CONTAINER [PRIVATE_PORT[/PROTO]]
                    ondol port add|rm CONTAINER PORT [PORT...]

            List port mappings or a specific mapping for the container; publish
            and withdraw ports, written as for run --publish, also while it runs

            Aliases:
              ondol container port, ondol port
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        boolean add = flags.first().equals("add");
        if (flags.rest().size() > 2) {
            if (!add && !flags.first().equals("rm"))
                throw new CliException("ondol port wants a container and at most one port, or add or rm before it");
            return change(cli, flags, add);
        }
        Map<String, @Nullable Object> container = cli.get("/containers/" + Cli.encode(flags.first()) + "/json");
        Map<String, @Nullable Object> ports =
                Json.map(Json.map(container.get("NetworkSettings")).get("Ports"));
        if (flags.rest().size() == 2) return one(cli, flags, ports);
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, @Nullable Object> port : ports.entrySet())
            for (Object binding : Json.list(port.getValue())) lines.add(port.getKey() + " -> " + address(binding));
        lines.sort(null);
        for (String line : lines) cli.out().line(line);
        return 0;
    }

    private static int change(Cli cli, Flags flags, boolean add) throws IOException {
        String container = flags.rest().get(1);
        Map<String, List<Map<String, String>>> bindings = new LinkedHashMap<>();
        Ports.parse(flags.rest().subList(2, flags.rest().size()), List.of(), bindings);
        for (Map.Entry<String, List<Map<String, String>>> port : bindings.entrySet())
            for (Map<String, String> binding : port.getValue())
                cli.order(
                        add ? "POST" : "DELETE",
                        "/ondol/containers/" + Cli.encode(container) + "/ports?port=" + Cli.encode(port.getKey())
                                + "&ip=" + Cli.encode(binding.getOrDefault("HostIp", ""))
                                + "&host=" + Cli.encode(binding.getOrDefault("HostPort", "")),
                        null);
        return 0;
    }

    private static int one(Cli cli, Flags flags, Map<String, @Nullable Object> ports) throws IOException {
        String port = flags.rest().get(1);
        String key = port.indexOf('/') < 0 ? port + "/tcp" : port;
        List<@Nullable Object> bindings = Json.list(ports.get(key));
        if (bindings.isEmpty())
            throw new CliException("Error: No public port '" + port + "' published for " + flags.first());
        for (Object binding : bindings) cli.out().line(address(binding));
        return 0;
    }

    private static String address(@Nullable Object binding) {
        String host = Json.text(binding, "HostIp");
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + Json.text(binding, "HostPort");
    }
}
