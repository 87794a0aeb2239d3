package ondol.cli.verb;

import ondol.cli.command.Group;
import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** {@code ondol manifest}: the verb for manifests of images. */
public final class ManifestGroup extends Group {
    @Override
    public String help() {
        return """
            Usage:  ondol manifest COMMAND

            Look at image manifests

            Commands:
              inspect     Display an image manifest

            Run 'ondol manifest COMMAND --help' for more information on a command.
            """;
    }

    @Override
    public @Nullable Verb find(String name) {
        return name.equals("inspect") ? new ManifestInspect() : null;
    }
}
