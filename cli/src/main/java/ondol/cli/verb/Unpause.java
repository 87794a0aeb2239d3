package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.Cli;
import ondol.cli.Flags;
import ondol.cli.Verb;

/** {@code ondol unpause}: lets frozen containers go on. */
public final class Unpause extends Verb {
    @Override
    public String help() {
        return @@HELP unpause@@;
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
