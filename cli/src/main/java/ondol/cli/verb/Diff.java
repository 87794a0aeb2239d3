package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol diff}: prints what a container changed in its file system. */
public final class Diff extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol diff CONTAINER

            Inspect changes to files or directories on a container's filesystem

            Aliases:
              ondol container diff, ondol diff
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
        for (Object change : cli.list("/containers/" + Cli.encode(flags.first()) + "/changes")) {
            int kind = (int) ondol.cli.json.Json.number(change, "Kind");
            String mark = kind == 0 ? "C" : kind == 1 ? "A" : "D";
            cli.out().line(mark + " " + ondol.cli.json.Json.text(change, "Path"));
        }
        return 0;
    }
}
