package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.CliException;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import org.jspecify.annotations.Nullable;

/** {@code ondol search}: images of a registry by a word in their names. */
final class Search extends Verb {
    private static final String[] HEADERS = {
        "Name",
        "NAME",
        "Description",
        "DESCRIPTION",
        "StarCount",
        "STARS",
        "IsOfficial",
        "OFFICIAL",
        "IsAutomated",
        "AUTOMATED"
    };
    private static final int WIDTH = 45;

    @Override
    public String help() {
        return """
            Usage:  ondol search [OPTIONS] TERM

            Search a registry for images: Docker Hub, or with HOST/TERM another

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
        String target = "/images/search?term=" + Cli.encode(flags.first());
        long limit = flags.number("limit", 0);
        if (limit < 0) throw new CliException("invalid limit " + limit);
        if (limit > 0) target += "&limit=" + limit;
        target += Cli.filters(flags.all("filter"));
        List<Row> rows = new ArrayList<>();
        byte[] answer =
                cli.request("GET", target, null, Pull.auth(flags.first())).bytes(16 << 20);
        for (Object one : Json.list(Json.parse(answer))) rows.add(new Row(one, flags.is("no-trunc")));
        new Listing("searchContext", HEADERS, "Name", "Description", "StarCount", "IsOfficial")
                .print(cli, flags.get("format", ""), rows);
        return 0;
    }

    /** One image. */
    private record Row(@Nullable Object image, boolean whole) implements Listing.Row {
        @Override
        public @Nullable Object value(String field) {
            return switch (field) {
                case "Name" -> Json.text(image, "name");
                case "Description" -> description();
                case "StarCount" -> String.valueOf(Json.number(image, "star_count"));
                case "IsOfficial" -> said("is_official");
                case "IsAutomated" -> said("is_automated");
                default -> null;
            };
        }

        private String description() {
            String text = Json.text(image, "description").replace('\n', ' ').replace('\r', ' ');
            return whole || text.length() <= WIDTH ? text : text.substring(0, WIDTH - 1) + "…";
        }

        private String said(String field) {
            return Boolean.TRUE.equals(Json.map(image).get(field)) ? "[OK]" : "";
        }
    }
}
