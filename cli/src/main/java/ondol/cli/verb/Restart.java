package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol restart}: stops and starts containers. */
public final class Restart extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol restart [OPTIONS] CONTAINER [CONTAINER...]

            Restart one or more containers

            Aliases:
              ondol container restart, ondol restart

            Options:
              -s, --signal string   Signal to send to the container
              -t, --timeout int     Seconds to wait before killing the container
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public String canonical(String flag) {
        return flag.equals("time") ? "timeout" : flag;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        return Failures.orders(cli, flags.rest(), "POST", "/containers/", "/restart" + Stop.query(flags));
    }
}
