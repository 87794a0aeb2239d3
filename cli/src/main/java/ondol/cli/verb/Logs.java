package ondol.cli.verb;

import java.io.IOException;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.http.Response;
import ondol.cli.json.Json;
import ondol.cli.stream.Streams;
import ondol.cli.text.Times;
import org.jspecify.annotations.Nullable;

/** {@code ondol logs}: what a container has written. */
public final class Logs extends Verb {
    @Override
    public String help() {
        return """
            Usage:  ondol logs [OPTIONS] CONTAINER

            Fetch the logs of a container

            Aliases:
              ondol container logs, ondol logs

            Options:
                  --details        Show extra details provided to logs
              -f, --follow         Follow log output
                  --since string   Show logs since timestamp (e.g.
                                   "2013-01-02T13:23:37Z") or relative (e.g. "42m"
                                   for 42 minutes)
              -n, --tail string    Number of lines to show from the end of the logs
                                   (default "all")
              -t, --timestamps     Show timestamps
                  --until string   Show logs before a timestamp (e.g.
                                   "2013-01-02T13:23:37Z") or relative (e.g. "42m"
                                   for 42 minutes)
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
        Map<String, @Nullable Object> container = cli.get("/containers/" + Cli.encode(flags.first()) + "/json");
        boolean tty = Boolean.TRUE.equals(Json.map(container.get("Config")).get("Tty"));
        StringBuilder query =
                new StringBuilder("?stdout=1&stderr=1&tail=").append(Cli.encode(flags.get("tail", "all")));
        if (flags.is("follow")) query.append("&follow=1");
        if (flags.is("timestamps")) query.append("&timestamps=1");
        if (flags.is("details")) query.append("&details=1");
        moment(query, "since", flags);
        moment(query, "until", flags);
        Response response = cli.request("GET", "/containers/" + Json.text(container, "Id") + "/logs" + query, null);
        Streams.copy(response.body(), tty, cli.out(), cli.err());
        return 0;
    }

    /** Adds {@code since} or {@code until}. */
    static void moment(StringBuilder query, String name, Flags flags) {
        String value = flags.get(name, "");
        if (value.isEmpty()) return;
        try {
            query.append('&').append(name).append('=').append(Times.timestamp(value));
        } catch (IllegalArgumentException e) {
            throw new ondol.cli.command.CliException("invalid value for \"" + name + "\": " + e.getMessage());
        }
    }
}
