package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Durations;
import ondol.cli.text.Times;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol ps}: the containers. */
public final class Ps extends Verb {
    static final String[] HEADERS = {
        "Command", "COMMAND", "CreatedAt", "CREATED AT", "ID", "CONTAINER ID", "Image", "IMAGE", "Labels", "LABELS",
        "LocalVolumes", "LOCAL VOLUMES", "Mounts", "MOUNTS", "Names", "NAMES", "Networks", "NETWORKS", "Platform",
                "PLATFORM",
        "Ports", "PORTS", "RunningFor", "CREATED", "Size", "SIZE", "State", "STATE", "Status", "STATUS"
    };

    @Override
    public String help() {
        return """
            Usage:  ondol ps [OPTIONS]

            List containers

            Aliases:
              ondol container ls, ondol container list, ondol container ps, ondol ps

            Options:
              -a, --all             Show all containers (default shows just running)
              -f, --filter filter   Filter output based on conditions provided
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
              -n, --last int        Show n last created containers (includes all
                                    states) (default -1)
              -l, --latest          Show the latest created container (includes all
                                    states)
                  --no-trunc        Don't truncate output
              -q, --quiet           Only display container IDs
              -s, --size            Display total file sizes
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String format = flags.get("format", "");
        boolean size = flags.is("size") || format.contains(".Size");
        long last = flags.is("latest") ? 1 : flags.number("last", -1);
        String query = "?all=" + (flags.is("all") ? 1 : 0);
        if (last > 0) query += "&limit=" + last;
        if (size) query += "&size=1";
        List<Row> rows = new ArrayList<>();
        for (Object container : cli.list("/containers/json" + query + Cli.filters(flags.all("filter"))))
            rows.add(new Row(container, !flags.is("no-trunc")));
        if (flags.is("quiet") && format.isEmpty()) {
            for (Row row : rows) cli.out().line(String.valueOf(row.value("ID")));
            return 0;
        }
        Listing listing = flags.is("size")
                ? new Listing(
                        "ContainerContext",
                        HEADERS,
                        "ID",
                        "Image",
                        "Command",
                        "RunningFor",
                        "Status",
                        "Ports",
                        "Names",
                        "Size")
                : new Listing(
                        "ContainerContext",
                        HEADERS,
                        "ID",
                        "Image",
                        "Command",
                        "RunningFor",
                        "Status",
                        "Ports",
                        "Names");
        listing.print(cli, format, rows);
        return 0;
    }

    /** One container of the engine's list. */
    static final class Row implements Listing.Row {
        private final @Nullable Object container;
        private final boolean shorten;

        Row(@Nullable Object container, boolean shorten) {
            this.container = container;
            this.shorten = shorten;
        }

        @Override
        public @Nullable Object value(String field) {
            return switch (field) {
                case "ID" -> shorten ? Words.shortId(text("Id")) : text("Id");
                case "Names" -> names();
                case "Image" -> image();
                case "Command" -> Words.quoted(shorten ? Words.shortened(text("Command"), 20) : text("Command"));
                case "CreatedAt" -> Times.go(Json.number(container, "Created"));
                case "RunningFor" -> Durations.ago(Json.number(container, "Created"));
                case "Ports" ->
                    PublishedPorts.text(Json.list(Json.map(container).get("Ports")));
                case "State" -> text("State");
                case "Status" -> text("Status");
                case "Size" -> size();
                case "Labels" -> Words.pairs(Json.map(Json.map(container).get("Labels")), "=", ",");
                case "Mounts" -> mounts();
                case "LocalVolumes" -> localVolumes();
                case "Networks" -> networks();
                default -> null;
            };
        }

        @Override
        public @Nullable Object call(String method, String argument) {
            if (!method.equals("Label")) return null;
            return Json.text(Json.map(container).get("Labels"), argument);
        }

        private String text(String field) {
            return Json.text(container, field);
        }

        private String names() {
            List<String> names = new ArrayList<>();
            for (Object name : Json.list(Json.map(container).get("Names"))) {
                String text = String.valueOf(name);
                String plain = text.startsWith("/") ? text.substring(1) : text;
                if (!shorten || plain.indexOf('/') < 0) names.add(plain);
            }
            return String.join(",", names);
        }

        private String image() {
            String image = text("Image");
            if (image.isEmpty()) return "<no image>";
            if (!shorten) return image;
            String id = Words.shortId(text("ImageID"));
            return id.equals(Words.shortId(image)) ? id : image;
        }

        private String size() {
            String size = Units.size(Json.number(container, "SizeRw"));
            long all = Json.number(container, "SizeRootFs");
            return all > 0 ? size + " (virtual " + Units.size(all) + ")" : size;
        }

        private String mounts() {
            List<String> names = new ArrayList<>();
            for (Object mount : Json.list(Json.map(container).get("Mounts"))) {
                String name = Json.text(mount, "Name");
                if (name.isEmpty()) name = Json.text(mount, "Source");
                names.add(shorten ? Words.shortened(name, 15) : name);
            }
            return String.join(",", names);
        }

        private String localVolumes() {
            int count = 0;
            for (Object mount : Json.list(Json.map(container).get("Mounts")))
                if (Json.text(mount, "Driver").equals("local")) count++;
            return Integer.toString(count);
        }

        private String networks() {
            Map<String, @Nullable Object> settings =
                    Json.map(Json.map(container).get("NetworkSettings"));
            return String.join(",", new TreeMap<>(Json.map(settings.get("Networks"))).keySet());
        }
    }
}
