package ondol.cli.verb;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.http.Response;
import ondol.cli.json.Json;

/** {@code ondol load}: images from a tar archive. */
public final class Load extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol load [OPTIONS]

            Load an image from a tar archive or STDIN

            Aliases:
              ondol image load, ondol load

            Options:
              -i, --input string      Read from tar archive file, instead of STDIN
                  --platform string   Load only the given platform variant. Formatted as
                                      "os[/arch[/variant]]" (e.g., "linux/amd64")
              -q, --quiet             Suppress the load output
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String file = flags.get("input", "");
        if (file.isEmpty() && Cli.terminal(0)) throw new CliException("requested load from stdin, but stdin is empty");
        boolean bars = !flags.is("quiet") && Cli.terminal(1);
        String target = "/images/load?quiet=" + (bars ? 0 : 1);
        try (InputStream in = file.isEmpty() ? new FileInputStream(FileDescriptor.in) : new FileInputStream(file)) {
            Response response = cli.upload("POST", target, in, "application/x-tar");
            print(cli, response);
        } catch (FileNotFoundException e) {
            throw new CliException("open " + file + ": no such file or directory");
        }
        return 0;
    }

    /** One line, drawn over, shows the layer that is being read; what was loaded stays. */
    private static void print(Cli cli, Response response) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        boolean drawn = false;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isBlank()) continue;
            Object state = Json.parse(line);
            String error = Json.text(state, "error");
            String bar = Json.text(state, "progress");
            if (drawn && (bar.isEmpty() || !error.isEmpty())) cli.out().print("\r\u001b[K");
            drawn = !bar.isEmpty();
            if (!error.isEmpty()) throw new CliException(error);
            if (drawn)
                cli.out().print("\r\u001b[K" + Json.text(state, "id") + ": " + Json.text(state, "status") + " " + bar);
            else cli.out().print(Json.text(state, "stream"));
            cli.out().flush();
        }
    }
}
