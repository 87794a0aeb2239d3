package ondol.cli.verb;

import ondol.cli.command.Group;
import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** {@code ondol system}: the verbs for the engine. */
public final class SystemGroup extends Group {
    @Override
    public String help() {
        return """
            Usage:  ondol system COMMAND

            Manage Ondol

            Commands:
              check       Verify the image store
              clean       Remove what dead engines left on this machine
              df          Show ondol disk usage
              events      Get real time events from the server
              info        Display system-wide information
              prune       Remove unused data

            Run 'ondol system COMMAND --help' for more information on a command.
            """;
    }

    @Override
    public @Nullable Verb find(String name) {
        return Verbs.system(name);
    }
}
