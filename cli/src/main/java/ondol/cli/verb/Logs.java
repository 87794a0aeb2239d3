package ondol.cli.verb;

import java.io.IOException;
import java.util.Map;
import ondol.cli.Cli;
import ondol.cli.Flags;
import ondol.cli.Verb;
import ondol.cli.http.Response;
import ondol.cli.json.Json;
import ondol.cli.stream.Streams;
import ondol.cli.text.Times;
import org.jspecify.annotations.Nullable;

/** {@code ondol logs}: what a container has written. */
public final class Logs extends Verb {
    @Override
    public String help() {
        return @@HELP logs@@;
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
        StringBuilder query = new StringBuilder("?stdout=1&stderr=1&tail=").append(Cli.encode(flags.get("tail", "all")));
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
            throw new ondol.cli.CliException("invalid value for \"" + name + "\": " + e.getMessage());
        }
    }
}
