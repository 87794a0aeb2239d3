package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol rename}: gives a container another name. */
public final class Rename extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol rename CONTAINER NEW_NAME

            Rename a container

            Aliases:
              ondol container rename, ondol rename
            """;
    }

    @Override
    public int least() {
        return 2;
    }

    @Override
    public int most() {
        return 2;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String name = flags.rest().get(1);
        if (flags.first().isBlank() || name.isBlank())
            throw new ondol.cli.command.CliException("Error: Neither old nor new names may be empty");
        try {
            cli.order("POST", "/containers/" + Cli.encode(flags.first()) + "/rename?name=" + Cli.encode(name), null);
        } catch (ondol.cli.command.EngineException e) {
            cli.warn(String.valueOf(e.getMessage()));
            throw new ondol.cli.command.CliException("Error: failed to rename container named " + flags.first());
        }
        return 0;
    }
}
