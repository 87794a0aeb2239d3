package ondol.cli.verb;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.http.Response;

/** {@code ondol export}: a container's files as a tar archive. */
public final class Export extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol export [OPTIONS] CONTAINER

            Export a container's filesystem as a tar archive

            Aliases:
              ondol container export, ondol export

            Options:
              -o, --output string   Write to a file, instead of STDOUT
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
        String file = flags.get("output", "");
        if (file.isEmpty() && Cli.terminal(1))
            throw new CliException("cowardly refusing to save to a terminal. Use the -o flag or redirect");
        Response response = cli.request("GET", "/containers/" + Cli.encode(flags.first()) + "/export", null);
        if (file.isEmpty()) {
            response.body().transferTo(cli.out());
            return 0;
        }
        try (OutputStream out = new FileOutputStream(file)) {
            response.body().transferTo(out);
        }
        return 0;
    }
}
