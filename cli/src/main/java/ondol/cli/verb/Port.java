package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
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

            List port mappings or a specific mapping for the container

            Aliases:
              ondol container port, ondol port
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int most() {
        return 2;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
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
