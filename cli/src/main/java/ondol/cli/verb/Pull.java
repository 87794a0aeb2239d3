package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.login.Account;
import ondol.cli.login.ConfigFile;

/** {@code ondol pull}: an image from a registry. */
public final class Pull extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol pull [OPTIONS] NAME[:TAG|@DIGEST]

            Download an image from a registry

            Aliases:
              ondol image pull, ondol pull

            Options:
              -a, --all-tags                Download all tagged images in the repository
                  --disable-content-trust   Skip image verification (default true)
                  --platform string         Set platform if server is multi-platform
                                            capable
              -q, --quiet                   Suppress verbose output
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
        String name = flags.first();
        boolean all = flags.is("all-tags");
        boolean quiet = flags.is("quiet");
        if (all && ImageName.hasTagOrDigest(name)) throw new CliException("tag can't be used with --all-tags/-a");
        if (!all && !ImageName.hasTagOrDigest(name)) {
            if (!quiet) cli.out().line("Using default tag: latest");
            cli.out().flush();
        }
        image(
                cli,
                name,
                all,
                flags.get("platform", System.getenv().getOrDefault("DOCKER_DEFAULT_PLATFORM", "")),
                quiet,
                false);
        cli.out().line(ImageName.full(all ? name : ImageName.tagged(name)));
        return 0;
    }

    /** Has the engine pull an image, and shows how that goes on; {@code aside} on standard error. */
    static void image(Cli cli, String name, boolean all, String platform, boolean quiet, boolean aside)
            throws IOException {
        String image = all ? name : ImageName.tagged(name);
        int at = image.indexOf('@');
        int colon = image.lastIndexOf(':');
        StringBuilder query = new StringBuilder("/images/create?fromImage=");
        if (at >= 0)
            query.append(Cli.encode(ImageName.untagged(image.substring(0, at))))
                    .append("&tag=")
                    .append(image.substring(at + 1).replace(":", "%3A"));
        else if (colon > image.lastIndexOf('/'))
            query.append(Cli.encode(image.substring(0, colon)))
                    .append("&tag=")
                    .append(Cli.encode(image.substring(colon + 1)));
        else query.append(Cli.encode(image));
        if (!platform.isEmpty()) query.append("&platform=").append(Cli.encode(platform));
        new TransferView(cli, aside).show(cli.request("POST", query.toString(), null, auth(name)), quiet);
    }

    /** The header that says who the user is at an image's registry; empty where nothing is known. */
    static String auth(String name) throws IOException {
        Account account = ConfigFile.read().account(ConfigFile.key(ImageName.domain(name)));
        return account == null ? "" : "X-Registry-Auth: " + account.header() + "\r\n";
    }
}
