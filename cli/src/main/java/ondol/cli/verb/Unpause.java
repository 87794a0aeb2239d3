package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol unpause}: lets frozen containers go on. */
public final class Unpause extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol unpause CONTAINER [CONTAINER...]

            Unpause all processes within one or more containers

            Aliases:
              ondol container unpause, ondol unpause
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        return Failures.orders(cli, flags.rest(), "POST", "/containers/", "/unpause");
    }
}
