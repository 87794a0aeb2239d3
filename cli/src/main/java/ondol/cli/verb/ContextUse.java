package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Contexts;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol context use}: from now on commands go to this engine. */
final class ContextUse extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol context use CONTEXT

            Set the current context
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Contexts.open().use(flags.first());
        cli.out().line(flags.first());
        cli.warn("Current context is now \"" + flags.first() + "\"");
        for (String variable : new String[] {"ONDOL_HOST", "ONDOL_CONTEXT", "ONDOL_ROOT"})
            if (System.getenv(variable) != null)
                cli.warn("Warning: " + variable + " environment variable overrides the active context");
        return 0;
    }
}
