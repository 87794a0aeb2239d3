package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol wait}: waits until containers have ended and prints their exit statuses. */
public final class Wait extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol wait CONTAINER [CONTAINER...]

            Block until one or more containers stop, then print their exit codes

            Aliases:
              ondol container wait, ondol wait
            """;
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
