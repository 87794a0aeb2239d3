package ondol.cli.verb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.EngineException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.tar.TarWriter;

/** {@code ondol init}: an image from a directory, without an archive in between where the engine is on this machine. */
public final class Init extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol init [OPTIONS] DIR [NAME[:TAG]]

            Make an image from a directory that holds a root file system

            The name is that of the directory unless another is given. An engine on this
            machine reads the directory itself; one elsewhere gets it as a tar archive.

            Options:
              -c, --change list      Apply Dockerfile instruction to the created image
              -m, --message string   Set commit message for the created image
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
        Path directory;
        try {
            directory = Path.of(flags.first()).toRealPath();
        } catch (IOException e) {
            throw new CliException("cannot make an image from " + flags.first() + ": there is no such directory");
        }
        if (!Files.isDirectory(directory))
            throw new CliException("cannot make an image from " + flags.first() + ": it is not a directory");
        String name = flags.rest().size() > 1 ? flags.rest().get(1) : nameOf(directory);
        StringBuilder more = new StringBuilder();
        for (String change : flags.all("change")) more.append("&changes=").append(Cli.encode(change));
        if (flags.has("message")) more.append("&message=").append(Cli.encode(flags.get("message", "")));
        if (cli.place().endpoint().isUnix()) {
            String target =
                    "/ondol/images/init?path=" + Cli.encode(directory.toString()) + "&" + ImageName.repoAndTag(name);
            try {
                cli.out().line(Json.text(cli.json("POST", target + more, null), "Id"));
                return 0;
            } catch (EngineException e) {
                // An engine that is not Ondol does not know this path; any engine takes an archive.
                if (e.code() != 404 || !e.words().contains("page not found")) throw e;
            }
        }
        String target = "/images/create?fromSrc=-&" + ImageName.repoAndTag(name) + more;
        Import.progress(cli, cli.upload("POST", target, TarWriter.stream(directory, ""), "application/x-tar"));
        return 0;
    }

    private static String nameOf(Path directory) {
        Path last = directory.getFileName();
        if (last == null)
            throw new CliException("the root directory has no name of its own; write one: ondol init / NAME");
        StringBuilder name = new StringBuilder();
        for (char c : last.toString().toLowerCase(java.util.Locale.ROOT).toCharArray())
            name.append(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' ? c : '-');
        return name.toString();
    }
}
