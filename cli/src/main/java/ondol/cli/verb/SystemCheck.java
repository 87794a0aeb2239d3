package ondol.cli.verb;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol system check}: whether everything that is kept of images is there and is what it should be. */
public final class SystemCheck extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol system check [OPTIONS]

            Verify the image store

            Reads every content and compares it with its digest, every layer with its
            tar, and every name with its image; finds what nothing refers to. Prints a
            line for each thing that is wrong, and then exits with status 1.

            Options:
              -q, --quiet   Print only what is wrong
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Map<String, @Nullable Object> check = cli.get("/ondol/system/check");
        List<@Nullable Object> findings = Json.list(check.get("Findings"));
        for (Object finding : findings) cli.out().line(String.valueOf(finding));
        if (!flags.is("quiet")) {
            cli.out()
                    .line("Checked " + Json.number(check, "Images") + " images, " + Json.number(check, "Layers")
                            + " layers, " + Json.number(check, "Blobs") + " contents of "
                            + Units.size(Json.number(check, "Bytes"), 4) + ", " + Json.number(check, "Snapshots")
                            + " snapshots: " + (findings.isEmpty() ? "all is well" : findings.size() + " findings"));
        }
        return findings.isEmpty() ? 0 : 1;
    }
}
