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

/** {@code ondol system df}: what takes up the disk. */
public final class SystemDf extends Verb {
    private static final String[] HEADERS = {
        "Active", "ACTIVE", "Reclaimable", "RECLAIMABLE", "Size", "SIZE", "TotalCount", "TOTAL", "Type", "TYPE"
    };

    @Override
    public String help() {
        return """
            Usage:  ondol system df [OPTIONS]

            Show ondol disk usage

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
              -v, --verbose         Show detailed information on space usage
            """;
    }

    @Override
    public int most() {
        return 0;
    }

    @Override
    public int run(Cli cli, Flags flags) throws IOException {
        Map<String, @Nullable Object> usage = cli.get("/system/df");
        if (flags.is("verbose")) {
            verbose(cli, usage);
            return 0;
        }
        List<Row> rows = List.of(images(usage), containers(usage), volumes(usage), cache(usage));
        new Listing("diskUsageContext", HEADERS, "Type", "TotalCount", "Active", "Size", "Reclaimable")
                .print(cli, flags.get("format", ""), rows);
        return 0;
    }

    /** One kind of thing on the disk. */
    private record Row(String type, int total, int active, double size, double reclaimable, boolean share)
            implements Listing.Row {
        @Override
        public @Nullable Object value(String field) {
            return switch (field) {
                case "Type" -> type;
                case "TotalCount" -> Integer.toString(total);
                case "Active" -> Integer.toString(active);
                case "Size" -> Units.size(size, 4);
                case "Reclaimable" -> {
                    String text = Units.size(reclaimable, 4);
                    yield size > 0 && share ? text + " (" + (long) (reclaimable * 100 / size) + "%)" : text;
                }
                default -> null;
            };
        }
    }

    private static Row images(Map<String, @Nullable Object> usage) {
        int active = 0;
        double used = 0;
        List<@Nullable Object> images = Json.list(usage.get("Images"));
        for (Object image : images) {
            if (Json.number(image, "Containers") == 0) continue;
            active++;
            long size = Json.number(image, "Size");
            long shared = Json.number(image, "SharedSize");
            if (size >= 0 && shared >= 0) used += size - shared;
        }
        double all = Json.number(usage, "LayersSize");
        return new Row("Images", images.size(), active, all, all - used, true);
    }

    private static Row containers(Map<String, @Nullable Object> usage) {
        int active = 0;
        double size = 0;
        double idle = 0;
        List<@Nullable Object> containers = Json.list(usage.get("Containers"));
        for (Object container : containers) {
            String state = Json.text(container, "State");
            boolean busy = state.contains("running") || state.contains("paused") || state.contains("restarting");
            long own = Json.number(container, "SizeRw");
            size += own;
            if (busy) active++;
            else idle += own;
        }
        return new Row("Containers", containers.size(), active, size, idle, true);
    }

    private static Row volumes(Map<String, @Nullable Object> usage) {
        int active = 0;
        double size = 0;
        double idle = 0;
        List<@Nullable Object> volumes = Json.list(usage.get("Volumes"));
        for (Object volume : volumes) {
            Object data = Json.map(volume).get("UsageData");
            long own = Math.max(0, Json.number(data, "Size"));
            size += own;
            if (Json.number(data, "RefCount") > 0) active++;
            else idle += own;
        }
        return new Row("Local Volumes", volumes.size(), active, size, idle, true);
    }

    private static Row cache(Map<String, @Nullable Object> usage) {
        int active = 0;
        double size = 0;
        double idle = 0;
        List<@Nullable Object> records = Json.list(usage.get("BuildCache"));
        for (Object record : records) {
            boolean shared = Boolean.TRUE.equals(Json.map(record).get("Shared"));
            boolean busy = Boolean.TRUE.equals(Json.map(record).get("InUse"));
            if (!shared) size += Json.number(record, "Size");
            if (busy) active++;
            else if (!shared) idle += Json.number(record, "Size");
        }
        return new Row("Build Cache", records.size(), active, size, idle, false);
    }

    private static void verbose(Cli cli, Map<String, @Nullable Object> usage) throws IOException {
        cli.out().line("Images space usage:\n");
        List<ImageList.Row> images = new ArrayList<>();
        for (Object image : Json.list(usage.get("Images"))) ImageList.rows(images, image, true, false);
        new Listing(
                        "imageContext",
                        ImageList.HEADERS,
                        "Repository",
                        "Tag",
                        "ID",
                        "CreatedSince",
                        "Size",
                        "SharedSize",
                        "UniqueSize",
                        "Containers")
                .print(cli, "", images);
        cli.out().line("\nContainers space usage:\n");
        List<Ps.Row> containers = new ArrayList<>();
        for (Object container : Json.list(usage.get("Containers"))) containers.add(new Ps.Row(container, true));
        new Listing(
                        "ContainerContext",
                        Ps.HEADERS,
                        "ID",
                        "Image",
                        "Command",
                        "LocalVolumes",
                        "Size",
                        "RunningFor",
                        "Status",
                        "Names")
                .print(cli, "", containers);
        cli.out().line("\nLocal Volumes space usage:\n");
        List<VolumeList.Row> volumes = new ArrayList<>();
        for (Object volume : Json.list(usage.get("Volumes"))) volumes.add(new VolumeList.Row(volume));
        new Listing("volumeContext", VolumeList.HEADERS, "Name", "Links", "Size").print(cli, "", volumes);
    }
}
