package ondol.cli.verb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.http.Response;
import ondol.cli.json.Json;
import ondol.cli.text.Times;
import org.jspecify.annotations.Nullable;

/** {@code ondol events}: what happens in the engine, as it happens. */
public final class Events extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol events [OPTIONS]

            Get real time events from the server

            Aliases:
              ondol system events, ondol events

            Options:
              -f, --filter filter   Filter output based on conditions provided
                  --format string   Format output using a custom template:
                                    'json':             Print in JSON format
                                    'TEMPLATE':         Print output using the given
                                    Go template.
                                    Refer to https://docs.docker.com/go/formatting/
                                    for more information about formatting output with
                                    templates
                  --since string    Show all events created since timestamp
                  --until string    Stream events until this timestamp
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        StringBuilder query = new StringBuilder("?");
        Logs.moment(query, "since", flags);
        Logs.moment(query, "until", flags);
        query.append(Cli.filters(flags.all("filter")));
        String format = flags.get("format", "");
        Response response = cli.request("GET", "/events" + (query.length() == 1 ? "" : query), null);
        BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.isBlank()) continue;
            Object event = Json.parse(line);
            if (format.equals("json")) cli.out().line(line);
            else cli.out().line(format.isEmpty() ? text(event) : Inspect.formatted(format, event));
            cli.out().flush();
        }
        return 0;
    }

    private static String text(@Nullable Object event) {
        Object actor = Json.map(event).get("Actor");
        String attributes = Words.pairs(Json.map(Json.map(actor).get("Attributes")), "=", ", ");
        return Times.rfc3339(Json.number(event, "timeNano")) + " " + Json.text(event, "Type") + " "
                + Json.text(event, "Action") + " " + Json.text(actor, "ID")
                + (attributes.isEmpty() ? "" : " (" + attributes + ")");
    }
}
