package ondol.cli.verb;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import ondol.cli.Cli;
import ondol.cli.CliException;
import ondol.cli.Flags;
import ondol.cli.Verb;
import ondol.cli.http.Response;

/** {@code ondol export}: a container's files as a tar archive. */
public final class Export extends Verb {
    @Override
    public String help() {
        return @@HELP export@@;
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
