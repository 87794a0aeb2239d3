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

/** {@code ondol import}: an image from a tar archive. */
public final class Import extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol import [OPTIONS] file|URL|- [REPOSITORY[:TAG]]

            Import the contents from a tarball to create a filesystem image

            Aliases:
              ondol image import, ondol import

            Options:
              -c, --change list       Apply Dockerfile instruction to the created image
              -m, --message string    Set commit message for imported image
                  --platform string   Set platform if server is multi-platform capable
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
        String source = flags.first();
        StringBuilder query = new StringBuilder();
        boolean remote = source.startsWith("http://") || source.startsWith("https://");
        query.append("fromSrc=").append(remote ? Cli.encode(source) : "-");
        if (flags.rest().size() > 1)
            query.append('&').append(ImageName.repoAndTag(flags.rest().get(1)));
        if (flags.has("message")) query.append("&message=").append(Cli.encode(flags.get("message", "")));
        for (String change : flags.all("change")) query.append("&changes=").append(Cli.encode(change));
        if (flags.has("platform")) query.append("&platform=").append(Cli.encode(flags.get("platform", "")));
        String target = "/images/create?" + query;
        if (remote) {
            progress(cli, cli.request("POST", target, null));
            return 0;
        }
        try (InputStream in =
                source.equals("-") ? new FileInputStream(FileDescriptor.in) : new FileInputStream(source)) {
            progress(cli, cli.upload("POST", target, in, "application/x-tar"));
        } catch (FileNotFoundException e) {
            throw new CliException("open " + source + ": no such file or directory");
        }
        return 0;
    }

    /** Prints the states that a long request reports, one JSON object a line; an error among them ends the command. */
    static void progress(Cli cli, Response response) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isBlank()) continue;
            Object state = Json.parse(line);
            String error = Json.text(state, "error");
            if (!error.isEmpty()) throw new CliException(error);
            String text = Json.text(state, "stream");
            if (!text.isEmpty()) cli.out().print(text);
            else cli.out().line(Json.text(state, "status"));
            cli.out().flush();
        }
    }
}
