package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** {@code ondol search}: repositories of a registry that can be searched. */
public final class Search extends Verb {
    private static final int ANSWER = 16 << 20;
    private static final int DESCRIPTION = 45;
    private static final String[] HEADERS = {
        "Description",
        "DESCRIPTION",
        "IsAutomated",
        "AUTOMATED",
        "IsOfficial",
        "OFFICIAL",
        "Name",
        "NAME",
        "StarCount",
        "STARS"
    };

    @Override
    public String help() {
        return """
            Usage:  ondol search [OPTIONS] TERM

            Search Docker Hub for images, or the registry that TERM begins with (HOST/TERM)

            Options:
              -f, --filter filter   Filter output based on conditions provided
                  --format string   Pretty-print search using a Go template
                  --limit int       Max number of search results
                  --no-trunc        Don't truncate output
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
        String path = "/images/search?term=" + Cli.encode(flags.first()) + "&limit=" + flags.get("limit", "0")
                + Cli.filters(flags.all("filter"));
        List<Listing.Row> rows = new ArrayList<>();
        byte[] hits = cli.request("GET", path, null, Pull.auth(flags.first())).bytes(ANSWER);
        for (Object hit : Json.list(Json.parse(hits))) rows.add(field -> value(hit, field, shorten));
        new Listing("SearchContext", HEADERS, "Name", "Description", "StarCount", "IsOfficial")
                .print(cli, flags.get("format", ""), rows);
        return 0;
    }

    private static @Nullable Object value(@Nullable Object hit, String field, boolean shorten) {
        return switch (field) {
            case "Name" -> Json.text(hit, "name");
            case "Description" -> {
                String text = Json.text(hit, "description").replace('\n', ' ').replace('\r', ' ');
                yield shorten ? Words.shortened(text, DESCRIPTION) : text;
            }
            case "StarCount" -> Long.toString(Json.number(hit, "star_count"));
            case "IsOfficial" -> Boolean.TRUE.equals(Json.map(hit).get("is_official")) ? "[OK]" : "";
            case "IsAutomated" -> Boolean.TRUE.equals(Json.map(hit).get("is_automated")) ? "[OK]" : "";
            default -> null;
        };
    }
}
