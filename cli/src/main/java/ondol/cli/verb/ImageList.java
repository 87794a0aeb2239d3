package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Durations;
import ondol.cli.text.Times;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol images}: the images. */
public final class ImageList extends Verb {
    static final String NONE = "<none>";
    static final String[] HEADERS = {
        "Containers", "CONTAINERS", "CreatedAt", "CREATED AT", "CreatedSince", "CREATED", "Digest", "DIGEST", "ID",
                "IMAGE ID",
        "Repository", "REPOSITORY", "SharedSize", "SHARED SIZE", "Size", "SIZE", "Tag", "TAG", "UniqueSize",
                "UNIQUE SIZE",
        "VirtualSize", "VIRTUAL SIZE"
    };

    @Override
    public String help() {
        return """
            Usage:  ondol images [OPTIONS] [REPOSITORY[:TAG]]

            List images

            Aliases:
              ondol image ls, ondol image list, ondol images

            Options:
              -a, --all             Show all images (default hides intermediate images)
                  --digests         Show digests
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
                  --no-trunc        Don't truncate output
              -q, --quiet           Only show image IDs
                  --tree            List multi-platform images as a tree (EXPERIMENTAL)
            """;
    }

    @Override
    public int most() {
        return 1;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        List<String> filters = new ArrayList<>(flags.all("filter"));
        if (!flags.rest().isEmpty()) filters.add("reference=" + flags.first());
        boolean digests = flags.is("digests");
        boolean tree = flags.is("tree");
        String query = "?all=" + (flags.is("all") ? 1 : 0) + (tree ? "&manifests=1" : "") + Cli.filters(filters);
        List<@Nullable Object> images = new ArrayList<>(cli.list("/images/json" + query));
        images.sort(Comparator.comparingLong(image -> -Json.number(image, "Created")));
        if (tree) {
            ImageTree.print(cli, images);
            return 0;
        }
        List<Row> rows = new ArrayList<>();
        for (Object image : images) rows(rows, image, !flags.is("no-trunc"), digests);
        if (flags.is("quiet") && flags.get("format", "").isEmpty()) {
            for (Row row : rows) cli.out().line(String.valueOf(row.value("ID")));
            return 0;
        }
        Listing listing = digests
                ? new Listing("imageContext", HEADERS, "Repository", "Tag", "Digest", "ID", "CreatedSince", "Size")
                : new Listing("imageContext", HEADERS, "Repository", "Tag", "ID", "CreatedSince", "Size");
        listing.print(cli, flags.get("format", ""), rows);
        return 0;
    }

    /** A row for every tag of an image; for one without tags, a row for every digest, or one of nothing. */
    static void rows(List<Row> rows, @Nullable Object image, boolean shorten, boolean digests) {
        List<@Nullable Object> repoDigests = Json.list(Json.map(image).get("RepoDigests"));
        int before = rows.size();
        for (Object tag : Json.list(Json.map(image).get("RepoTags"))) {
            String name = String.valueOf(tag);
            if (name.equals("<none>:<none>")) continue;
            int colon = name.lastIndexOf(':');
            String repository = name.substring(0, colon);
            String digest = NONE;
            for (Object candidate : repoDigests)
                if (String.valueOf(candidate).startsWith(repository + "@")) digest = afterAt(candidate);
            rows.add(new Row(image, repository, name.substring(colon + 1), digest, shorten));
        }
        if (rows.size() > before) return;
        for (Object digest : repoDigests) {
            String name = String.valueOf(digest);
            int at = name.indexOf('@');
            if (at <= 0 || name.startsWith("<none>@")) continue;
            rows.add(new Row(image, name.substring(0, at), NONE, afterAt(digest), shorten));
            if (!digests) break;
        }
        if (rows.size() == before) rows.add(new Row(image, NONE, NONE, NONE, shorten));
    }

    private static String afterAt(@Nullable Object digest) {
        String text = String.valueOf(digest);
        return text.substring(text.indexOf('@') + 1);
    }

    /** One name of an image. */
    record Row(@Nullable Object image, String repository, String tag, String digest, boolean shorten)
            implements Listing.Row {
        @Override
        public @Nullable Object value(String field) {
            return switch (field) {
                case "ID" -> shorten ? Words.shortId(Json.text(image, "Id")) : Json.text(image, "Id");
                case "Repository" -> repository;
                case "Tag" -> tag;
                case "Digest" -> digest;
                case "CreatedSince" -> Durations.ago(Json.number(image, "Created"));
                case "CreatedAt" -> Times.go(Json.number(image, "Created"));
                case "Size" -> Units.size(Json.number(image, "Size"));
                case "Containers" -> known("Containers") < 0 ? "N/A" : Long.toString(known("Containers"));
                case "VirtualSize" -> Units.size(Json.number(image, "Size"), 4);
                case "SharedSize" -> known("SharedSize") < 0 ? "N/A" : Units.size(known("SharedSize"), 4);
                case "UniqueSize" ->
                    known("SharedSize") < 0 ? "N/A" : Units.size(Json.number(image, "Size") - known("SharedSize"), 4);
                default -> null;
            };
        }

        private long known(String field) {
            return Json.map(image).get(field) instanceof Number number ? number.longValue() : -1;
        }
    }
}
