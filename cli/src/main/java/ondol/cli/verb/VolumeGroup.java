package ondol.cli.verb;

import ondol.cli.command.Group;
import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** {@code ondol volume}: the verbs for volumes. */
public final class VolumeGroup extends Group {
    @Override
    public String help() {
        return """
            Usage:  ondol volume COMMAND

            Manage volumes

            Commands:
              create      Create a volume
              inspect     Display detailed information on one or more volumes
              ls          List volumes
              prune       Remove unused local volumes
              rm          Remove one or more volumes

            Run 'ondol volume COMMAND --help' for more information on a command.
            """;
    }

    @Override
    public @Nullable Verb find(String name) {
        return Verbs.volume(name);
    }
}
