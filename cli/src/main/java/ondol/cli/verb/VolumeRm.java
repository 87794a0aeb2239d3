package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol volume rm}: removes volumes. */
public final class VolumeRm extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol volume rm [OPTIONS] VOLUME [VOLUME...]

            Remove one or more volumes. You cannot remove a volume that is in use by a container.

            Aliases:
              ondol volume rm, ondol volume remove

            Options:
              -f, --force   Force the removal of one or more volumes
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String force = flags.is("force") ? "?force=1" : "";
        return Failures.each(cli, flags.rest(), name -> {
            cli.order("DELETE", "/volumes/" + Cli.encode(name) + force, null);
            cli.out().line(name);
        });
    }
}
