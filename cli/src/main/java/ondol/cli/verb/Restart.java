package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.Cli;
import ondol.cli.Flags;
import ondol.cli.Verb;

/** {@code ondol restart}: stops and starts containers. */
public final class Restart extends Verb {
    @Override
    public String help() {
        return @@HELP restart@@;
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
