package ondol.cli.verb;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.http.Response;

/** {@code ondol save}: images as a tar archive. */
public final class Save extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol save [OPTIONS] IMAGE [IMAGE...]

            Save one or more images to a tar archive (streamed to STDOUT by default)

            Aliases:
              ondol image save, ondol save

            Options:
                  --format string     Format of the archive: "docker-archive" (default;
                                      tools for OCI image layouts read it too) or
                                      "oci-archive"
              -o, --output string     Write to a file, instead of STDOUT
                  --platform string   Save only the given platform variant. Formatted
                                      as "os[/arch[/variant]]" (e.g., "linux/amd64")
            """;
    }

    @Override
    public int least() {
        return 1;
    }

    private static void copy(Response response, OutputStream out) throws IOException {
        byte[] buffer = new byte[256 * 1024];
        InputStream in = response.body();
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) out.write(buffer, 0, n);
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String file = flags.get("output", "");
        if (file.isEmpty() && Cli.terminal(1))
            throw new CliException("cowardly refusing to save to a terminal. Use the -o flag or redirect");
        StringBuilder query = new StringBuilder();
        for (String image : flags.rest())
            query.append(query.isEmpty() ? "?" : "&").append("names=").append(Cli.encode(image));
        if (flags.has("format")) query.append("&format=").append(Cli.encode(flags.get("format", "")));
        Response response = cli.request("GET", "/images/get" + query, null);
        if (file.isEmpty()) {
            copy(response, cli.out());
            return 0;
        }
        Path target = Path.of(file).toAbsolutePath();
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            try (OutputStream out = new FileOutputStream(file)) {
                copy(response, out);
            }
            return 0;
        }
        // beside it first, so that half an archive never has the name of a whole one
        Path beside = target.resolveSibling("." + target.getFileName() + ".part");
        try {
            try (OutputStream out = Files.newOutputStream(beside)) {
                copy(response, out);
            }
            Files.move(beside, target, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
        return 0;
    }
}
