package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol pause}: freezes every process of containers. */
public final class Pause extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol pause CONTAINER [CONTAINER...]

            Pause all processes within one or more containers

            Aliases:
              ondol container pause, ondol pause
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        return Failures.orders(cli, flags.rest(), "POST", "/containers/", "/pause");
    }
}
