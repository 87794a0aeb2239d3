package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.JsonWriter;

/** {@code ondol network disconnect}: takes a container out of a network. */
public final class NetworkDisconnect extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol network disconnect [OPTIONS] NETWORK CONTAINER

            Disconnect a container from a network

            Options:
              -f, --force   Force the container to disconnect from a network
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
        byte[] body = new JsonWriter()
                .begin()
                .field("Container", flags.rest().get(1))
                .field("Force", flags.is("force"))
                .end()
                .bytes();
        cli.order("POST", "/networks/" + Cli.encode(flags.first()) + "/disconnect", body);
        return 0;
    }
}
