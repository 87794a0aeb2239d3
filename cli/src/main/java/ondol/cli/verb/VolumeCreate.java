package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.Cli;
import ondol.cli.Flags;
import ondol.cli.Verb;

/** {@code ondol volume create}: makes a volume. */
public final class VolumeCreate extends Verb {
    @Override
    public String help() {
        return @@HELP volume create@@;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String name = flags.rest().isEmpty() ? "" : flags.first();
        byte[] body = new ondol.cli.json.JsonWriter().begin().field("Name", name).field("Driver", flags.get("driver", "local"))
                .field("DriverOpts", Environment.pairs(flags.all("opt"))).field("Labels", Environment.pairs(flags.all("label"))).end().bytes();
        cli.out().line(ondol.cli.json.Json.text(cli.json("POST", "/volumes/create", body), "Name"));
        return 0;
    }
}
