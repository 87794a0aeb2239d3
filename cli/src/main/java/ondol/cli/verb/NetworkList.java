package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Times;
import org.jspecify.annotations.Nullable;

/** {@code ondol network ls}: the networks. */
public final class NetworkList extends Verb {
    private static final int SHORT = 12;
    static final String[] HEADERS = {
        "CreatedAt",
        "CREATED AT",
        "Driver",
        "DRIVER",
        "ID",
        "NETWORK ID",
        "IPv4",
        "IPV4",
        "IPv6",
        "IPV6",
        "Internal",
        "INTERNAL",
        "Labels",
        "LABELS",
        "Name",
        "NAME",
        "Scope",
        "SCOPE"
    };

    @Override
    public String help() {
        return """
            Usage:  ondol network ls [OPTIONS]

            List networks

            Aliases:
              ondol network ls, ondol network list

            Options:
              -f, --filter filter   Provide filter values (e.g. "driver=bridge")
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
                  --no-trunc        Do not truncate the output
              -q, --quiet           Only display network IDs
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        String filters = Cli.filters(flags.all("filter"));
        String query = filters.isEmpty() ? "" : "?" + filters.substring(1);
        List<@Nullable Object> networks = new ArrayList<>(Json.list(cli.json("GET", "/networks" + query, null)));
        networks.sort(Comparator.comparing(network -> Json.text(network, "Name")));
        boolean whole = flags.is("no-trunc");
        String format = flags.get("format", "");
        if (flags.is("quiet") && format.isEmpty()) {
            for (Object network : networks) cli.out().line(id(network, whole));
            return 0;
        }
        List<Row> rows = new ArrayList<>();
        for (Object network : networks) rows.add(new Row(network, whole));
        new Listing("networkContext", HEADERS, "ID", "Name", "Driver", "Scope").print(cli, format, rows);
        return 0;
    }

    private static String id(@Nullable Object network, boolean whole) {
        String id = Json.text(network, "Id");
        return whole ? id : id.substring(0, Math.min(SHORT, id.length()));
    }

    /** One network. */
    record Row(@Nullable Object network, boolean whole) implements Listing.Row {
        @Override
        public @Nullable Object value(String field) {
            return switch (field) {
                case "ID" -> id(network, whole);
                case "Name", "Driver", "Scope" -> Json.text(network, field);
                case "CreatedAt" -> Times.go(Times.epochSecond(Json.text(network, "Created")));
                case "IPv4" -> flag("EnableIPv4");
                case "IPv6" -> flag("EnableIPv6");
                case "Internal" -> flag("Internal");
                case "Labels" -> Words.pairs(Json.map(Json.map(network).get("Labels")), "=", ",");
                default -> "N/A";
            };
        }

        private String flag(String field) {
            return String.valueOf(Boolean.TRUE.equals(Json.map(network).get(field)));
        }

        @Override
        public @Nullable Object call(String method, String argument) {
            return method.equals("Label") ? Json.text(Json.map(network).get("Labels"), argument) : null;
        }
    }
}
