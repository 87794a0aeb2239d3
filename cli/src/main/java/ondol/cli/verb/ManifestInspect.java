package ondol.cli.verb;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.JsonIndent;

/** {@code ondol manifest inspect}: the manifest of an image that is here, as it is kept, or as its registry has it. */
public final class ManifestInspect extends Verb {
    private static final int LARGEST = 16 << 20;

    @Override
    public String help() {
        return """
            Usage:  ondol manifest inspect [OPTIONS] IMAGE

            Display the manifest of an image

            Options:
                  --raw   Print the very bytes that the digest is of
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
        byte[] manifest = manifest(cli, flags.first());
        if (flags.is("raw")) cli.out().write(manifest, 0, manifest.length);
        else cli.out().line(JsonIndent.indent(new String(manifest, StandardCharsets.UTF_8), "", "\t"));
        return 0;
    }

    private static byte[] manifest(Cli cli, String name) throws IOException {
        String path = "/ondol/images/" + ImageName.path(name) + "/manifest";
        return cli.request("GET", path, null, Pull.auth(name)).bytes(LARGEST);
    }
}
