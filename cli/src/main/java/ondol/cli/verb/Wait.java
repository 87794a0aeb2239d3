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
            Usage:  ondol wait [OPTIONS] CONTAINER [CONTAINER...]

            Block until one or more containers stop, then print their exit codes

            Aliases:
              ondol container wait, ondol wait

            Ondol's own options:
                  --condition string   What to wait for: "not-running" (default),
                                       "next-exit", "removed", "healthy" (or
                                       running, without a health check)
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String condition = flags.get("condition", "not-running");
        return Failures.each(cli, flags.rest(), name -> {
            cli.out().flush();
            int status = Exit.of(cli, Cli.encode(name), condition).status();
            cli.out().line(Integer.toString(status));
        });
    }
}
