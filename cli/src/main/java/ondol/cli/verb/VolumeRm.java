package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.Cli;
import ondol.cli.Flags;
import ondol.cli.Verb;

/** {@code ondol volume rm}: removes volumes. */
public final class VolumeRm extends Verb {
    @Override
    public String help() {
        return @@HELP volume rm@@;
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
