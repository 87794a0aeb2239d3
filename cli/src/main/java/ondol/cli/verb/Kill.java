package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.Cli;
import ondol.cli.Flags;
import ondol.cli.Verb;

/** {@code ondol kill}: sends a signal to containers. */
public final class Kill extends Verb {
    @Override
    public String help() {
        return @@HELP kill@@;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        return Failures.orders(cli, flags.rest(), "POST", "/containers/", "/kill?signal=" + Cli.encode(flags.get("signal", "KILL")));
    }
}
