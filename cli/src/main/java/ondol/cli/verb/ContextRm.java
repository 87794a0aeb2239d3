package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Contexts;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol context rm}: forgets engines. */
final class ContextRm extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol context rm CONTEXT [CONTEXT...]

            Remove one or more contexts

            Aliases:
              ondol context rm, ondol context remove

            Options:
              -f, --force   Force the removal of a context in use
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Contexts contexts = Contexts.open();
        List<String> errors = new ArrayList<>();
        for (String name : flags.rest()) {
            try {
                remove(contexts, name, flags.is("force"));
                cli.out().line(name);
            } catch (CliException e) {
                errors.add(String.valueOf(e.getMessage()));
            }
        }
        if (!errors.isEmpty()) throw new CliException(String.join("\n", errors));
        return 0;
    }

    private static void remove(Contexts contexts, String name, boolean force) throws IOException {
        if (name.equals(Contexts.DEFAULT)) throw new CliException("context \"default\" cannot be removed");
        if (name.equals(contexts.current())) {
            if (!force) throw new CliException("context \"" + name + "\" is in use, set -f flag to force remove");
            contexts.use(Contexts.DEFAULT);
        }
        contexts.remove(name);
    }
}
