package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol kill}: sends a signal to containers. */
public final class Kill extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol kill [OPTIONS] CONTAINER [CONTAINER...]

            Kill one or more running containers

            Aliases:
              ondol container kill, ondol kill

            Options:
              -s, --signal string   Signal to send to the container
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        return Failures.orders(
                cli, flags.rest(), "POST", "/containers/", "/kill?signal=" + Cli.encode(flags.get("signal", "KILL")));
    }
}
