package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol volume ls}: the volumes. */
public final class VolumeList extends Verb {
    static final String[] HEADERS = {
        "Availability",
        "AVAILABILITY",
        "Driver",
        "DRIVER",
        "Group",
        "GROUP",
        "Labels",
        "LABELS",
        "Links",
        "LINKS",
        "Mountpoint",
        "MOUNTPOINT",
        "Name",
        "VOLUME NAME",
        "Scope",
        "SCOPE",
        "Size",
        "SIZE",
        "Status",
        "STATUS"
    };

    @Override
    public String help() {
        return """
            Usage:  ondol volume ls [OPTIONS]

            List volumes

            Aliases:
              ondol volume ls, ondol volume list

            Options:
                  --cluster         Display only cluster volumes, and use cluster
                                    volume list formatting
              -f, --filter filter   Provide filter values (e.g. "dangling=true")
                  --format string   Format output using a custom template:
                                    'table':            Print output in table format
                                    with column headers (default)
                                    'table TEMPLATE':   Print output in table format
                                    using the given Go template
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
                                    Refer to https://docs.docker.com/go/formatting/
                                    for more information about formatting output with
                                    templates
              -q, --quiet           Only display volume names
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String filters = Cli.filters(flags.all("filter"));
        List<@Nullable Object> volumes =
                new ArrayList<>(Json.list(cli.get("/volumes" + (filters.isEmpty() ? "" : "?" + filters.substring(1)))
                        .get("Volumes")));
        volumes.sort(Comparator.comparing(volume -> Json.text(volume, "Name")));
        String format = flags.get("format", "");
        if (flags.is("quiet") && format.isEmpty()) {
            for (Object volume : volumes) cli.out().line(Json.text(volume, "Name"));
            return 0;
        }
        List<Row> rows = new ArrayList<>();
        for (Object volume : volumes) rows.add(new Row(volume));
        new Listing("volumeContext", HEADERS, "Driver", "Name").print(cli, format, rows);
        return 0;
    }

    /** One volume. */
    record Row(@Nullable Object volume) implements Listing.Row {
        @Override
        public @Nullable Object value(String field) {
            Object usage = Json.map(volume).get("UsageData");
            return switch (field) {
                case "Name", "Driver", "Scope", "Mountpoint" -> Json.text(volume, field);
                case "Labels" -> Words.pairs(Json.map(Json.map(volume).get("Labels")), "=", ",");
                case "Links" -> usage == null ? "N/A" : Long.toString(Json.number(usage, "RefCount"));
                case "Size" -> usage == null ? "N/A" : Units.size(Json.number(usage, "Size"), 4);
                default -> "N/A";
            };
        }

        @Override
        public @Nullable Object call(String method, String argument) {
            return method.equals("Label") ? Json.text(Json.map(volume).get("Labels"), argument) : null;
        }
    }
}
