package ondol.cli.verb;

import java.io.IOException;
import java.util.List;
import ondol.cli.command.Cli;
import ondol.cli.json.Json;
import ondol.cli.text.Table;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol images --tree}: each image with the platforms that are here of it. */
final class ImageTree {
    private ImageTree() {}

    static void print(Cli cli, List<@Nullable Object> images) throws IOException {
        Table table = new Table();
        table.row("IMAGE", "ID", "DISK USAGE", "CONTENT SIZE", "USED");
        for (Object image : images) {
            String id = Words.shortId(Json.text(image, "Id"));
            String size = Units.size(Json.number(image, "Size"));
            List<@Nullable Object> names = Json.list(Json.map(image).get("RepoTags"));
            List<@Nullable Object> manifests = Json.list(Json.map(image).get("Manifests"));
            boolean used = false;
            for (Object manifest : manifests) used |= used(manifest);
            if (names.isEmpty()) names = List.of("<untagged>");
            for (Object name : names) table.row(String.valueOf(name), id, size, size, used ? "yes" : "");
            for (int i = 0; i < manifests.size(); i++) {
                Object manifest = manifests.get(i);
                Object platform = Json.map(Json.map(manifest).get("ImageData")).get("Platform");
                String words = Json.text(platform, "os") + "/" + Json.text(platform, "architecture");
                String variant = Json.text(platform, "variant");
                if (!variant.isEmpty()) words += "/" + variant;
                table.row(
                        (i == manifests.size() - 1 ? "\u2514\u2500 " : "\u251c\u2500 ") + words,
                        Words.shortId(Json.text(manifest, "ID")),
                        Units.size(Json.number(Json.map(manifest).get("Size"), "Total")),
                        Units.size(Json.number(Json.map(manifest).get("Size"), "Total")),
                        used(manifest) ? "yes" : "");
            }
        }
        cli.out().print(table.toString());
    }

    private static boolean used(@Nullable Object manifest) {
        return !Json.list(Json.map(Json.map(manifest).get("ImageData")).get("Containers"))
                .isEmpty();
    }
}
