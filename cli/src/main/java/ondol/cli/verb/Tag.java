package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol tag}: gives an image one more name. */
public final class Tag extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]

            Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE

            Aliases:
              ondol image tag, ondol tag
            """;
    }

    @Override
    public int least() {
        return 2;
    }

    @Override
    public int most() {
        return 2;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String target = flags.rest().get(1);
        cli.order("POST", "/images/" + ImageName.path(flags.first()) + "/tag?" + ImageName.repoAndTag(target), null);
        return 0;
    }
}
