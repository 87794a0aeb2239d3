package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.Cli;
import ondol.cli.Flags;
import ondol.cli.Verb;

/** {@code ondol wait}: waits until containers have ended and prints their exit statuses. */
public final class Wait extends Verb {
    @Override
    public String help() {
        return @@HELP wait@@;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        return Failures.each(cli, flags.rest(), name -> {
            cli.out().flush();
            Object answer = cli.json("POST", "/containers/" + Cli.encode(name) + "/wait", null);
            cli.out().line(Long.toString(ondol.cli.json.Json.number(answer, "StatusCode")));
        });
    }
}
