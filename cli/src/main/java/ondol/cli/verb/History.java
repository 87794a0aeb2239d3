package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Durations;
import ondol.cli.text.Times;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol history}: how an image came to be, layer by layer. */
public final class History extends Verb {
    private static final String[] HEADERS = {
        "Comment",
        "COMMENT",
        "CreatedAt",
        "CREATED AT",
        "CreatedBy",
        "CREATED BY",
        "CreatedSince",
        "CREATED",
        "ID",
        "IMAGE",
        "Size",
        "SIZE"
    };
    private static final int CREATED_BY = 45;

    @Override
    public String help() {
        return """
            Usage:  ondol history [OPTIONS] IMAGE

            Show the history of an image

            Aliases:
              ondol image history, ondol history

            Options:
                  --format string     Format output using a custom template:
                                      'table':            Print output in table
                                      format with column headers (default)
                                      'table TEMPLATE':   Print output in table
                                      format using the given Go template
                                      'json':             Print in JSON format
                                      'TEMPLATE':         Print output using the
                                      given Go template.
                                      Refer to https://docs.docker.com/go/formatting/
                                      for more information about formatting output
                                      with templates
              -H, --human             Print sizes and dates in human readable format
                                      (default true)
                  --no-trunc          Don't truncate output
                  --platform string   Show history for the given platform. Formatted
                                      as "os[/arch[/variant]]" (e.g., "linux/amd64")
              -q, --quiet             Only show image IDs
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
        boolean shorten = !flags.is("no-trunc");
        boolean human = flags.is("human", true);
        List<Listing.Row> rows = new ArrayList<>();
        for (Object layer : cli.list("/images/" + ImageName.path(flags.first()) + "/history"))
            rows.add(field -> value(layer, field, shorten, human));
        if (flags.is("quiet")) {
            for (Listing.Row row : rows) cli.out().line(String.valueOf(row.value("ID")));
            return 0;
        }
        Listing listing = new Listing(
                "historyContext", HEADERS, "ID", human ? "CreatedSince" : "CreatedAt", "CreatedBy", "Size", "Comment");
        listing.print(cli, flags.get("format", ""), rows);
        return 0;
    }

    private static @Nullable Object value(@Nullable Object layer, String field, boolean shorten, boolean human) {
        long created = Json.number(layer, "Created");
        return switch (field) {
            case "ID" -> shorten ? Words.shortId(Json.text(layer, "Id")) : Json.text(layer, "Id");
            case "CreatedSince" -> created <= 0 ? "N/A" : Durations.ago(created);
            case "CreatedAt" -> Times.rfc3339Seconds(created);
            case "CreatedBy" -> {
                String command = Json.text(layer, "CreatedBy").replace('\t', ' ');
                yield shorten ? Words.shortened(command, CREATED_BY) : command;
            }
            case "Size" -> human ? Units.size(Json.number(layer, "Size")) : Long.toString(Json.number(layer, "Size"));
            case "Comment" -> Json.text(layer, "Comment");
            default -> null;
        };
    }
}
