package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol commit}: makes an image of a container. */
public final class Commit extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol commit [OPTIONS] CONTAINER [REPOSITORY[:TAG]]

            Create a new image from a container's changes

            Aliases:
              ondol container commit, ondol commit

            Options:
              -a, --author string    Author (e.g., "John Hannibal Smith
                                     <hannibal@a-team.com>")
              -c, --change list      Apply Dockerfile instruction to the created image
              -m, --message string   Commit message
              -p, --pause            Pause container during commit (default true)
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int most() {
        return 2;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String query = "?container=" + Cli.encode(flags.first()) + "&pause=" + (flags.is("pause", true) ? 1 : 0);
        if (flags.rest().size() > 1)
            query += "&" + ImageName.repoAndTag(flags.rest().get(1));
        query += "&author=" + Cli.encode(flags.get("author", "")) + "&comment=" + Cli.encode(flags.get("message", ""));
        for (String change : flags.all("change")) query += "&changes=" + Cli.encode(change);
        cli.out().line(ondol.cli.json.Json.text(cli.json("POST", "/commit" + query, null), "Id"));
        return 0;
    }
}
