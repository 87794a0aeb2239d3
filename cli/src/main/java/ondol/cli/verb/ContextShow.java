package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Contexts;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol context show}: the current context's name. */
final class ContextShow extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol context show

            Print the name of the current context
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        cli.out().line(Contexts.open().current());
        return 0;
    }
}
