package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.JsonWriter;

/** {@code ondol network connect}: puts a container into one more network. */
public final class NetworkConnect extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol network connect [OPTIONS] NETWORK CONTAINER

            Connect a container to a network

            Options:
                  --alias strings           Add network-scoped alias for the container
                  --driver-opt strings      driver options for the network
                  --gw-priority int         Highest gw-priority provides the default gateway.
                                            Accepts positive and negative values.
                  --ip string               IPv4 address (e.g., "172.30.100.104")
                  --ip6 string              IPv6 address (e.g., "2001:db8::33")
                  --link list               Add link to another container
                  --link-local-ip strings   Add a link-local address for the container
            """;
    }

    @Override
    public int least() {
        return 2;
    }

    @Override
    public int most() {
        return 2;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        JsonWriter json =
                new JsonWriter().begin().field("Container", flags.rest().get(1));
        Networks.writeConnect(json, flags);
        cli.order(
                "POST",
                "/networks/" + Cli.encode(flags.first()) + "/connect",
                json.end().bytes());
        return 0;
    }
}
