package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;

/** {@code ondol push}: an image to a registry. */
public final class Push extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol push [OPTIONS] NAME[:TAG]

            Upload an image to a registry

            Aliases:
              ondol image push, ondol push

            Options:
              -a, --all-tags                Push all tags of an image to the repository
                  --disable-content-trust   Skip image signing (default true)
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
        if (name.indexOf('@') >= 0) throw new CliException("cannot push a digest reference");
        if (all && ImageName.hasTagOrDigest(name)) throw new CliException("tag can't be used with --all-tags/-a");
        if (!all && !ImageName.hasTagOrDigest(name) && !quiet) {
            cli.out().line("Using default tag: latest");
            cli.out().flush();
        }
        String auth = Pull.auth(name);
        // Docker's engine wants the header even where nobody is known
        String header = auth.isEmpty() ? "X-Registry-Auth: e30=\r\n" : auth;
        for (String image : all ? tags(cli, name) : List.of(ImageName.tagged(name))) {
            int colon = image.lastIndexOf(':');
            String target = "/images/" + ImageName.path(image.substring(0, colon)) + "/push?tag="
                    + Cli.encode(image.substring(colon + 1));
            new TransferView(cli, false).show(cli.request("POST", target, null, header), quiet);
        }
        if (quiet) cli.out().line(ImageName.full(all ? name : ImageName.tagged(name)));
        return 0;
    }

    private static List<String> tags(Cli cli, String name) throws IOException {
        List<String> found = new ArrayList<>();
        for (Object image : cli.list("/images/json"))
            for (Object tag : Json.list(Json.map(image).get("RepoTags")))
                if (tag != null
                        && ImageName.full(ImageName.untagged(tag.toString())).equals(ImageName.full(name)))
                    found.add(tag.toString());
        if (found.isEmpty()) throw new CliException("An image does not exist locally with the tag: " + name);
        return found;
    }
}
