package ondol.cli.verb;

import java.io.IOException;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;

/** {@code ondol volume create}: makes a volume. */
public final class VolumeCreate extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol volume create [OPTIONS] [VOLUME]

            Create a volume

            Options:
                  --availability string       Cluster Volume availability ("active",
                                              "pause", "drain") (default "active")
              -d, --driver string             Specify volume driver name (default "local")
                  --group string              Cluster Volume group (cluster volumes)
                  --label list                Set metadata for a volume
                  --limit-bytes bytes         Minimum size of the Cluster Volume in bytes
              -o, --opt map                   Set driver specific options (default map[])
                  --required-bytes bytes      Maximum size of the Cluster Volume in bytes
                  --scope string              Cluster Volume access scope ("single",
                                              "multi") (default "single")
                  --secret map                Cluster Volume secrets (default map[])
                  --sharing string            Cluster Volume access sharing ("none",
                                              "readonly", "onewriter", "all")
                                              (default "none")
                  --topology-preferred list   A topology that the Cluster Volume
                                              would be preferred in
                  --topology-required list    A topology that the Cluster Volume must
                                              be accessible from
                  --type string               Cluster Volume access type ("mount",
                                              "block") (default "block")
            """;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String name = flags.rest().isEmpty() ? "" : flags.first();
        byte[] body = new ondol.cli.json.JsonWriter()
                .begin()
                .field("Name", name)
                .field("Driver", flags.get("driver", "local"))
                .field("DriverOpts", Environment.pairs(flags.all("opt")))
                .field("Labels", Environment.pairs(flags.all("label")))
                .end()
                .bytes();
        cli.out().line(ondol.cli.json.Json.text(cli.json("POST", "/volumes/create", body), "Name"));
        return 0;
    }
}
