package ondol.cli.verb;

import ondol.cli.command.Group;
import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** {@code ondol network}: the verbs for networks. */
public final class NetworkGroup extends Group {
    @Override
    public String help() {
        return """
            Usage:  ondol network COMMAND

            Manage networks

            Commands:
              connect     Connect a container to a network
              create      Create a network
              disconnect  Disconnect a container from a network
              inspect     Display detailed information on one or more networks
              ls          List networks
              prune       Remove all unused networks
              rm          Remove one or more networks
              update      Change what networks may reach, and how fast

            Run 'ondol network COMMAND --help' for more information on a command.
            """;
    }

    @Override
    public @Nullable Verb find(String name) {
        return Verbs.network(name);
    }
}
