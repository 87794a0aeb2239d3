package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.Cli;
import ondol.cli.Flags;
import ondol.cli.Verb;

/** {@code ondol pause}: freezes every process of containers. */
public final class Pause extends Verb {
    @Override
    public String help() {
        return @@HELP pause@@;
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
