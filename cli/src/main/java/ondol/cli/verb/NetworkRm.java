package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.EngineException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol network rm}: removes networks. */
public final class NetworkRm extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol network rm NETWORK [NETWORK...]

            Remove one or more networks

            Aliases:
              ondol network rm, ondol network remove

            Options:
              -f, --force   Do not error if the network does not exist
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        return Failures.each(cli, flags.rest(), name -> {
            try {
                cli.order("DELETE", "/networks/" + Cli.encode(name), null);
            } catch (EngineException e) {
                if (e.code() != 404 || !flags.is("force")) throw e;
            }
            cli.out().line(name);
        });
    }
}
