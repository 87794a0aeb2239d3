package ondol.cli.verb;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import ondol.cli.command.Cli;
import ondol.cli.command.Flags;
import ondol.cli.command.Verb;
import ondol.cli.json.Json;
import ondol.cli.text.Units;
import org.jspecify.annotations.Nullable;

/** {@code ondol container|image|network|volume|system prune}: removes what nothing uses. */
public final class Prune extends Verb {
    private static final String CONTAINER = """
            Usage:  ondol container prune [OPTIONS]

            Remove all stopped containers

            Options:
                  --filter filter   Provide filter values (e.g. "until=<timestamp>")
              -f, --force           Do not prompt for confirmation
            """;
    private static final String IMAGE = """
            Usage:  ondol image prune [OPTIONS]

            Remove unused images

            Options:
              -a, --all             Remove all unused images, not just dangling ones
                  --filter filter   Provide filter values (e.g. "until=<timestamp>")
              -f, --force           Do not prompt for confirmation
            """;
    private static final String VOLUME = """
            Usage:  ondol volume prune [OPTIONS]

            Remove unused local volumes

            Options:
              -a, --all             Remove all unused volumes, not just anonymous ones
                  --filter filter   Provide filter values (e.g. "label=<label>")
              -f, --force           Do not prompt for confirmation
            """;
    private static final String NETWORK = """
            Usage:  ondol network prune [OPTIONS]

            Remove all unused networks

            Options:
                  --filter filter   Provide filter values (e.g. "until=<timestamp>")
              -f, --force           Do not prompt for confirmation
            """;
    private static final String SYSTEM = """
            Usage:  ondol system prune [OPTIONS]

            Remove unused data

            Options:
              -a, --all             Remove all unused images not just dangling ones
                  --filter filter   Provide filter values (e.g. "label=<key>=<value>")
              -f, --force           Do not prompt for confirmation
                  --volumes         Prune anonymous volumes
            """;

    private final String kind;

    /** Prunes {@code container}s, {@code image}s, {@code volume}s, or the whole {@code system}. */
    public Prune(String kind) {
        this.kind = kind;
    }

    @Override
    public String help() {
        return switch (kind) {
            case "container" -> CONTAINER;
            case "image" -> IMAGE;
            case "volume" -> VOLUME;
            case "network" -> NETWORK;
            default -> SYSTEM;
        };
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        if (!flags.is("force") && !cli.confirm(question(flags) + "\nAre you sure you want to continue?")) return 1;
        List<String> filters = flags.all("filter");
        if (kind.equals("network")) {
            networks(cli, filters);
            return 0;
        }
        double freed = 0;
        if (kind.equals("system") || kind.equals("container")) freed += containers(cli, filters);
        if (kind.equals("volume") || kind.equals("system") && flags.is("volumes"))
            freed += volumes(cli, filters, kind.equals("volume") && flags.is("all"));
        if (kind.equals("system")) networks(cli, filters);
        if (kind.equals("system") || kind.equals("image")) freed += images(cli, filters, flags.is("all"));
        cli.out().line("Total reclaimed space: " + Units.size(freed, 4));
        return 0;
    }

    private String question(Flags flags) {
        boolean all = flags.is("all");
        return switch (kind) {
            case "container" -> "WARNING! This will remove all stopped containers.";
            case "network" -> "WARNING! This will remove all custom networks not used by at least one container.";
            case "image" ->
                all
                        ? "WARNING! This will remove all images without at least one container associated to them."
                        : "WARNING! This will remove all dangling images.";
            case "volume" ->
                all
                        ? "WARNING! This will remove all local volumes not used by at least one container."
                        : "WARNING! This will remove anonymous local volumes not used by at least one container.";
            default ->
                "WARNING! This will remove:\n  - all stopped containers\n"
                        + "  - all networks not used by at least one container\n"
                        + (flags.is("volumes") ? "  - all anonymous volumes not used by at least one container\n" : "")
                        + (all
                                ? "  - all images without at least one container associated to them\n"
                                : "  - all dangling images\n");
        };
    }

    private static String query(List<String> filters) {
        String query = Cli.filters(filters);
        return query.isEmpty() ? "" : "?" + query.substring(1);
    }

    private static double containers(Cli cli, List<String> filters) throws IOException {
        Map<String, @Nullable Object> report = Json.map(cli.json("POST", "/containers/prune" + query(filters), null));
        names(cli, "Deleted Containers:", report.get("ContainersDeleted"));
        return Json.number(report, "SpaceReclaimed");
    }

    private static void networks(Cli cli, List<String> filters) throws IOException {
        Map<String, @Nullable Object> report = Json.map(cli.json("POST", "/networks/prune" + query(filters), null));
        names(cli, "Deleted Networks:", report.get("NetworksDeleted"));
    }

    private static double volumes(Cli cli, List<String> filters, boolean all) throws IOException {
        List<String> given = new ArrayList<>(filters);
        if (all) given.add("all=true");
        Map<String, @Nullable Object> report = Json.map(cli.json("POST", "/volumes/prune" + query(given), null));
        names(cli, "Deleted Volumes:", report.get("VolumesDeleted"));
        return Json.number(report, "SpaceReclaimed");
    }

    private static double images(Cli cli, List<String> filters, boolean all) throws IOException {
        List<String> given = new ArrayList<>(filters);
        given.add("dangling=" + !all);
        Map<String, @Nullable Object> report = Json.map(cli.json("POST", "/images/prune" + query(given), null));
        List<@Nullable Object> deleted = Json.list(report.get("ImagesDeleted"));
        if (!deleted.isEmpty()) cli.out().line("Deleted Images:");
        for (Object image : deleted) {
            String gone = Json.text(image, "Deleted");
            cli.out().line(gone.isEmpty() ? "untagged: " + Json.text(image, "Untagged") : "deleted: " + gone);
        }
        if (!deleted.isEmpty()) cli.out().line("");
        return Json.number(report, "SpaceReclaimed");
    }

    private static void names(Cli cli, String title, @Nullable Object list) throws IOException {
        List<@Nullable Object> names = Json.list(list);
        if (names.isEmpty()) return;
        cli.out().line(title);
        for (Object name : names) cli.out().line(String.valueOf(name));
        cli.out().line("");
    }
}
