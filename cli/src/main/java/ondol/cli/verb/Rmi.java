package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol rmi}: removes images. */
public final class Rmi extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol rmi [OPTIONS] IMAGE [IMAGE...]

            Remove one or more images

            Aliases:
              ondol image rm, ondol image remove, ondol rmi

            Options:
              -f, --force              Force removal of the image
                  --no-prune           Do not delete untagged parents
                  --platform strings   Remove only the given platform variant.
                                       Formatted as "os[/arch[/variant]]" (e.g.,
                                       "linux/amd64")
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String query = "?force=" + (flags.is("force") ? 1 : 0) + "&noprune=" + (flags.is("no-prune") ? 1 : 0);
        return Failures.each(cli, flags.rest(), name -> {
            Object deleted = cli.json("DELETE", "/images/" + ImageName.path(name) + query, null);
            for (Object item : ondol.cli.json.Json.list(deleted)) {
                String gone = ondol.cli.json.Json.text(item, "Deleted");
                cli.out()
                        .line(
                                gone.isEmpty()
                                        ? "Untagged: " + ondol.cli.json.Json.text(item, "Untagged")
                                        : "Deleted: " + gone);
            }
        });
    }
}
