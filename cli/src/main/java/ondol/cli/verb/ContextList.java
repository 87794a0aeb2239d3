package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.Contexts;
import ondol.cli.command.Contexts.Context;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import org.jspecify.annotations.Nullable;

/** {@code ondol context ls}: the engines that have names. */
final class ContextList extends Verb {
    private static final String[] HEADERS = {
        "Name",
        "NAME",
        "Description",
        "DESCRIPTION",
        "DockerEndpoint",
        "DOCKER ENDPOINT",
        "Current",
        "CURRENT",
        "Error",
        "ERROR"
    };

    @Override
    public String help() {
        return """
            Usage:  ondol context ls [OPTIONS]

            List contexts

            Aliases:
              ondol context ls, ondol context list

            Options:
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
              -q, --quiet           Only show context names
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Contexts contexts = Contexts.open();
        String current = contexts.current();
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(
                new Context(Contexts.DEFAULT, "This machine's own engine", "unix:///run/ondol/docker.sock", false),
                current.equals(Contexts.DEFAULT)));
        for (Context one : contexts.list()) rows.add(new Row(one, one.name().equals(current)));
        if (flags.is("quiet")) {
            for (Row row : rows) cli.out().line(row.context.name());
            return 0;
        }
        boolean table =
                flags.get("format", "").isEmpty() || flags.get("format", "").startsWith("table");
        for (Row row : rows) row.starred = table;
        new Listing("clientContextContext", HEADERS, "Name", "Description", "DockerEndpoint", "Error")
                .print(cli, flags.get("format", ""), rows);
        return 0;
    }

    /** One line. */
    private static final class Row implements Listing.Row {
        private final Context context;
        private final boolean current;
        private boolean starred;

        Row(Context context, boolean current) {
            this.context = context;
            this.current = current;
        }

        @Override
        public @Nullable Object value(String field) {
            return switch (field) {
                case "Name" -> context.name() + (current && starred ? " *" : "");
                case "Description" -> context.description();
                case "DockerEndpoint" -> context.host();
                case "Current" -> current;
                case "Error" -> "";
                default -> null;
            };
        }
    }
}
